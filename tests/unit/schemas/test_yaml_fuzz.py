"""Whatever is read as YAML, the answer is a document or a list of places, never another exception."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentInvalid
from schemas.yaml_codec import check_document
from schemas.yaml_read import read_yaml
from tests.unit.schemas.broken import HEAD, STEP

_fragments = st.lists(
    st.sampled_from(
        ["a", ": ", "\n", "  ", "- ", "? ", "{", "}", "[", "]", ",", "'", '"', "|", ">-", "#", "&x", "*x",
        "!t", "%Y",
         "---", "...", "\t", "\r", "\\", "\u0085", "\x00", "é", "{{ x }}", "~", "1", ":", "@", "`", "0x",
         ".inf"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(
    st.one_of(
        _fragments.map(str.encode),
        st.binary(max_size=40),
        st.text(max_size=40).map(lambda t: t.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes(data: bytes) -> None:
    with suppress(DocumentInvalid):
        assert read_yaml(data).marks


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(HEAD + STEP)), _fragments)
def test_a_good_document_with_anything_inside(place: int, fragment: str) -> None:
    text = HEAD + STEP
    checked = check_document((text[:place] + fragment + text[place:]).encode("utf-8", "surrogatepass"))
    assert (checked.runbook is None) == bool(checked.errors)
