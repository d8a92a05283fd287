"""What a block of a shell shows and nobody types; what a sentence names that stands whole below."""

from __future__ import annotations

import pytest

from ingest.extract.negation import forbids_below
from tests.unit.ingest.telling import commands


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Run `df -h`.\n\nYou'll see errors similar to:\n\n```bash\nhouse log --old\n```", ["df -h"]),
        ("Run `df -h`.\n\nThen you will see info logs similar to:\n\n```bash\nall is up\n```", ["df -h"]),
        ('Run `df -h`.\n\n```bash\nlevel=error msg="a b"\nts=20 level=info msg="x"\n```', ["df -h"]),
        ("```sh\nnc mail.example.com 25\n220 A\n250 2.1.0 Ok\n.\n221 Bye\n```", ["nc mail.example.com 25"]),
        # Behind the prompt of root.
        ("```\n# IMAGE=$( oc adm release info --x )\n```", ["IMAGE=$( oc adm release info --x )"]),
        ("```\n# until df -h; do sleep 1; done\n```", ["until df -h; do sleep 1; done"]),
        ("Run `df -h`.\n\n```\n# MAX_CONNECTIONS=100\n# LISTEN='*'\n```", ["df -h"]),
        # A case that only says when, and the way that is not taken.
        ("Finally, once we no longer need it, run:\n\n```\ndf -h\n```", ["df -h"]),
        ("It is asked using `house x` instead of `house y`:\n\n```\nhouse x --now\n```", ["house x --now"]),
        # A name of what stands below.
        ("Run the `ms_print` command to see it:\n\n```sh\nms_print out.1\n```", ["ms_print out.1"]),
        ("Run the `export A` command of above.\n\n```sh\nexport A=/b\n```", ["export A=/b"]),
        ("Run `save.sh` now.\n\n```sh\n/usr/bin/save.sh /a\n```", ["/usr/bin/save.sh /a"]),
        ("Run `df -h`, then:\n\n```sh\ndf -h /x\n```", ["df -h", "df -h /x"]),
    ],
)  # fmt: skip
def test_what_is_shown_is_no_command_and_what_is_named_is_one_command(text: str, wanted: list[str]) -> None:
    assert list(commands(f"# A\n\n{text}\n")) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Use a copy instead of running:",
        "Instead of running this:",
        "Run the backup rather than doing the following:",
        "Finally, once it is up, never run:",
    ],
)
def test_what_is_not_to_be_run_instead_stays_forbidden(text: str) -> None:
    assert forbids_below(text)
