"""Commands of programs that no list knows: by the sentence over them, by their form, by where they stand."""

from __future__ import annotations

import pytest

from ingest.extract.programs import is_program
from ingest.parsed import parsed_json
from ingest.pipeline import preview


def commands(text: str) -> list[str]:
    shown = parsed_json(preview(f"# A\n\n{text}\n\nRun `uptime -p`.\n", "markdown"))
    return [step["command"] for step in shown["steps"] if "command" in step][:-1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("To unblock an address:\n\n```\nguard-keeper unban 8.8.8.8\n```", "guard-keeper unban 8.8.8.8"),
        ("Grow it:\n\n    growpart /dev/sdX <partnum>", "growpart /dev/sdX <partnum>"),
        ("Run `house-tool cluster recycle -n $NODE`.", "house-tool cluster recycle -n $NODE"),
        ("You can use the `house-tool <env> kill_stale` for it.", "house-tool <env> kill_stale"),
        ("`ops@q2:/var/log$ cat main.log | less`", "cat main.log | less"),
        ("`house-purge -Q one,two`", "house-purge -Q one,two"),
        ("- Convert it to base 64 `openssl base64 -in a.pfx -out b`.", "openssl base64 -in a.pfx -out b"),
        ("An admin has to run `new_realm` by hand.", "new_realm"),
        ("1. Start `python3`, then look.", "python3"),
        ("Log in\n\n> az login", "az login"),
        ("It looks like this:\n\n```\nbouncer=# show pools;\n a | b\n```", "show pools;"),
        ("Drop it with `unset VAULT_TOKEN`.", "unset VAULT_TOKEN"),
        ("Only it knows:`cf curl /v2/users/<id>/summary`", "cf curl /v2/users/<id>/summary"),
        ("Generate it:\n\n> ./generate_policy.py", "./generate_policy.py"),
        ("Apply it:\n\n``\nmonit restart racoon\n``", "monit restart racoon"),
        ("List them:\n\n```python\nkubectl logs -l a=b | grep x\n```", "kubectl logs -l a=b | grep x"),
        ("In the pod:\n\n```console\nmon-a# cat /etc/ceph/keyring\n```", "cat /etc/ceph/keyring"),
        ("```bash\n# Things we don't have a service for:\n~web/start.sh\n```", "~web/start.sh"),
        ("Run this script:\n\n```bash\n#!/bin/bash\ndf -h\n```", "df -h"),
    ],
)  # fmt: skip
def test_a_command_is_found(text: str, wanted: str) -> None:
    assert commands(text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "Save this code:\n\n```bash\n#!/bin/bash\nset -e\nrm -rf \"$1\"\n```",
        "The line in `/etc/default/grub` would look like this:\n\n```sh\nGRUB_DEFAULT=\"1>2\"\n```",
        "Create the file with the following content:\n\n```bash\nexport A=b\n```",
        "You should see:\n\n```\nworker ready on port 9000\n```",
        "If this is logged, look at it:\n\n```\nfailed to write tenant index\n```",
        "```tsx\nconst page = useNavigate()\nreturn page\n```",
        "```python\nimport os\nprint(os.name)\n```",
        "The file is here:\n\n```\n/var/app/etc/app.conf\n```",
        "You can use the `vault kv get` command:\n\n```\nA: b\n```",
        "A restore with `vault kv put` creates a new one.",
        "You need the API, via `uaac curl`.",
        "Do it with care and run `housectl`.",
        "You should see something like the following:\n\n```\nbouncer=# show pools;\n a | b\n```",
        "Every host runs `postgres` and `nginx`.",
        "The pods run `test` again.",
    ],
)  # fmt: skip
def test_what_is_shown_is_no_command(text: str) -> None:
    assert commands(text) == []


def test_a_word_of_english_begins_no_command() -> None:
    assert is_program("fail2ban-client") and is_program("growpart") and is_program("kubectl")
    assert not any(
        is_program(word) for word in ("return", "time", "look", "review", "[", "postgres", "heartbeat")
    )


def test_a_title_between_two_lines_is_one_of_restructured_text() -> None:
    line = "#" * 20
    made = preview(
        f"{line}\nRenewing the secret\n{line}\n\n#. Copy it\n#. Run ``vault status -format=json``.\n"
    )
    assert made.normalized.form == "rst" and parsed_json(made)["title"] == "Renewing the secret"
