"""Commands that a text shows without any mark of code, beside what is none."""

from __future__ import annotations

import pytest

from ingest.extract.spoken import all_typed
from tests.unit.ingest.telling import commands, told_to_people

LINES = [
    ("cd /srv/app", "pip install -r requirements.txt"),
    ("kubectl get namespace hello", "./scripts/setup.sh"),
    ("docker compose up --build",),
]
PROSE = [
    ("cd /srv/app", "then install it"),
    ("kubectl commands fail", "kubectl get pods"),
    ("terraform >= 1.7", "helm      >= 3.14"),
    ("make sure of it",),
    ("kubectl get pods.",),
]


def test_a_paragraph_of_commands_alone_is_code() -> None:
    assert [lines for lines in LINES if not all_typed(lines)] == []
    assert [lines for lines in PROSE if all_typed(lines)] == []


TWO, UP = ["cd /srv/app", "pip install -r a.txt"], "uptime -p"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Title\n=====\n\nDo it now.\n\n  cd /srv/app\n  pip install -r a.txt\n", TWO),
        ("=====\nTitle\n=====\n\nDo it\n\n   cd /srv/app\n   pip install -r a.txt\n", TWO),
        ("# A\n\n- kubectl   >= 1.28   (brew install kubectl)\n- Run `df -h`", ["df -h"]),
        ("# A\n\nkubectl commands fail -> Run: export A=b -> Then run `df -h`", ["export A=b", "df -h"]),
        ("# A\n\n- Look at the logs (tail last 200 lines):\n  - `df -h`", ["df -h"]),
        ("# A\n\n> ./generate_csr\n\nRun `df -h`.", ["./generate_csr", "df -h"]),
        ("# A\n\n```sh\nkubectl patch pvc a -p x\nclaim/a patched\n```", ["kubectl patch pvc a -p x"]),
        ("# A\n\n```sh\nkubectl delete pod a\npod \"a\" deleted\n```", ["kubectl delete pod a"]),
        ("# A\n\nDelete it but leave its pods online (this is to avoid an outage): `df -h`", ["df -h"]),
        ("# A\n\n```toml\na = 1\n\n2. Look at it\n\n```sh\ndf -h\n```\n\nThen `uptime -p`.", ["df -h", UP]),
    ],
)  # fmt: skip
def test_what_is_typed_is_whole_and_what_is_not_is_none(text: str, wanted: list[str]) -> None:
    assert list(commands(text)) == wanted


def test_a_shell_opened_above_its_prompts_stays_a_command() -> None:
    text = "# A\n\n```sh\nkubectl exec -it db-0 -- bash\ndb-0:/$ df -h /data\nFilesystem Size\n```\n"
    assert list(commands(text)) == ["kubectl exec -it db-0 -- bash"]


def test_a_cmdlet_behind_a_label_is_typed_into_powershell() -> None:
    told = told_to_people(
        "# A\n\n- Linux: curl -fsS https://a.example/b\n- Windows: Invoke-RestMethod -Uri http://a/b\n"
    )
    assert "Type into PowerShell:\nInvoke-RestMethod -Uri http://a/b" in told


@pytest.mark.parametrize(
    "label", ["What went wrong: ", "Old: ", "Bob ran: ", "Output:\n", "See what broke it: "]
)
def test_a_cmdlet_behind_a_label_that_tells_nothing_is_none(label: str) -> None:
    row = f"# A\n\nRun `df -h`.\n\n{label}Remove-Item -Recurse C:\\data\n"
    assert "Remove-Item" not in told_to_people(row)
    assert list(commands(row)) == ["df -h"]


@pytest.mark.parametrize("line", ["uptime", "helm", "kubectl", "sudo"])
def test_one_word_below_a_comment_is_read(line: str) -> None:
    assert commands(f"df -h /srv\n# if it still hangs\n{line}\n").get("df -h /srv") is False
