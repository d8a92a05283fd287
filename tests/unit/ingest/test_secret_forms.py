"""Secrets that are told behind their place, beside a question, or in a column of accounts."""

from __future__ import annotations

import pytest

from ingest.masking import blanked
from ingest.parsed import parsed_json
from ingest.pipeline import preview

SECRET = "Zq7vRt2mWx"
TOLD = (
    "When asked for a password, type §.",
    "When prompted for the passphrase enter `§`.",
    "If it asks for a password, it's §.",
    "Enter § as the password.",
    "The default login is admin with § as password.",
    "mysql -u root -p   # § is the password",
    "Unseal Key 1: §",
    "Recovery code: §",
    "The wifi key is §",
    "Parola: §",
    "| Service | Credentials |\n|---|---|\n| db1 | admin / § |",
)
PLAIN = (
    "Use SHA256 as the password hash.",
    "When prompted for the password, enter the one from Vault.",
    "| Service | Credentials |\n|---|---|\n| db1 | see the vault |\n| Db2x | Team4Ops |",
    "The community string is public.",
)


@pytest.mark.parametrize("form", TOLD)
def test_a_secret_that_is_told_is_blanked(form: str) -> None:
    assert SECRET not in blanked(f"# A\n\n{form.replace('§', SECRET)}\n")[0]


@pytest.mark.parametrize("text", PLAIN)
def test_what_tells_none_stays(text: str) -> None:
    assert blanked(f"# A\n\n{text}\n")[1] == ()


@pytest.mark.parametrize(
    ("mark", "written"), [("EOF", "DB_PASSWORD=${DB_PASSWORD}"), ("'EOF'", "DB_PASSWORD=***")]
)
def test_in_a_here_document_quotes_are_a_part_of_it(mark: str, written: str) -> None:
    text = f"# A\n\n```bash\ncat > .env <<{mark}\nDB_PASSWORD={SECRET}\nEOF\n```\n"
    (step,) = parsed_json(preview(text))["steps"]
    assert step["template"].split("\n")[1] == written
