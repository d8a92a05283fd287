"""The local model reads a plain value of the first lines where the text uses it, and in no other case."""

from __future__ import annotations

import pytest

from ingest.advisor.leading import with_leading_values
from ingest.advisor.local import advise
from schemas.risk import Risk


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("NS=prod\nkubectl get pods -n $NS", Risk.SAFE),
        ('NS="prod"\nAPP=web\nkubectl get pods -n "$NS" -l app=${APP}', Risk.SAFE),
        ("DATA=/data\nls $DATA", Risk.SAFE),
        ("kubectl get pods -n $NS", Risk.UNKNOWN),
        ("NS=-x\nkubectl get pods -n $NS", Risk.UNKNOWN),
        ("D=/srv\nls $D", Risk.SAFE),
        ("NS=prod\nread NS\nkubectl get pods -n $NS", Risk.UNKNOWN),
        ("NS=a\nNS=b\nkubectl get pods -n $NS", Risk.UNKNOWN),
        ("X=delete\nkubectl $X pods", Risk.CAUTION),
        ("X=rm\n$X -rf /", Risk.CAUTION),
        ("LD_PRELOAD=/tmp/x.so\nls", Risk.UNKNOWN),
        ("PATH=/tmp\nls", Risk.UNKNOWN),
        ("MY_PATH=/tmp\nls", Risk.UNKNOWN),
        ("DATA=/data ls", Risk.UNKNOWN),
        ("export DATA=/data\nls $DATA", Risk.UNKNOWN),
        ("export DATA=/data", Risk.SAFE),
        ("A=1\nexport B=2", Risk.SAFE),
        ("export PATH=/tmp", Risk.UNKNOWN),
        ("export A=$(reboot)", Risk.UNKNOWN),
        ("export A=1; reboot", Risk.UNKNOWN),
    ],
)
def test_plain_values_are_read(text: str, risk: Risk) -> None:
    assert advise(text).risk is risk


@pytest.mark.parametrize(
    "text",
    [
        "", "ls", "A=1", "A=$(ls)\nls $A", "A=a b\nls $A", "A=1\nls '$A'", "A=1\nls \\$A",
        "A=1\nunset A; ls $A",
        "A=1\nls $AB ${A:-2}", "A='x\nls $A", "A=~/x\nls $A",
    ],
)  # fmt: skip
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert with_leading_values(text) == text
