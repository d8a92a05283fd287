"""The offline verifier on chains made here: without a database it must judge the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.ids import new_id
from controller.audit.chain_file import (
    Header,
    Link,
    MalformedExport,
    read_header,
    read_line,
    read_link,
    write_header,
    write_link,
)
from controller.audit.verify import main, read_keys, verify_text
from schemas.audit import CHAIN_START
from schemas.canonical import b64u

TENANT = new_id()


def chain(count: int, tenant: UUID = TENANT) -> list[Link]:
    """A good chain."""
    links: list[Link] = []
    previous = CHAIN_START
    for seq in range(1, count + 1):
        link = Link(
            seq=seq,
            prev=previous,
            hash=bytes(32),
            event_id=new_id(),
            created_us=1_700_000_000_000_000 + seq,
            event_type="security.refused",
            actor="system:test",
            execution=new_id() if seq % 2 else None,
            data='{"code":"é\u2028"}',
            sealed=b"sealed" if seq % 3 == 0 else None,
        )
        link = replace(link, hash=link.expected_hash(tenant))
        previous = link.hash
        links.append(link)
    return links


def text_of(links: list[Link], claimed: int | None = None) -> str:
    header = Header(TENANT, len(links) if claimed is None else claimed, {})
    return "".join(line + "\n" for line in (write_header(header), *map(write_link, links)))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_good_chain_verifies(count: int) -> None:
    report = verify_text(text_of(chain(count)))
    assert report.ok, report.reason
    assert (report.events, report.head_seq, report.witness) == (count, count, "none")


@pytest.mark.parametrize(
    ("text", "first_bad"),
    [
        ("", 1),
        ("\n", 1),
        ("{}\n", 1),
        ('{"format":"dd0c.audit-export.v1"}\n', 1),
        (text_of(chain(2)) + "{}\n", 3),
        (text_of(chain(2)) + "garbage\n", 3),
        (text_of(chain(2), claimed=3), 3),
        (text_of(chain(3), claimed=2), 4),
        (text_of(chain(2)).replace('"seq":2', '"seq":2 '), 2),
        (text_of(chain(2)).replace('"seq":2', '"seq":2,"seq":2'), 2),
        (text_of(chain(2)).replace('"seq":2', '"seq":2.0'), 2),
        (text_of(chain(2, UUID("01900000-0000-7000-8000-000000000001"))), 1),
        (text_of([*chain(2), *chain(2)], claimed=4), 3),
        (text_of(chain(2)).replace('"id":"0', '"id":" ', 1), 1),
        (text_of(chain(2)).replace('"tenant":"0', '"tenant":" ', 1), 1),
    ],
)
def test_anything_else_is_reported_where_it_goes_wrong(text: str, first_bad: int) -> None:
    report = verify_text(text)
    assert (report.ok, report.first_bad) == (False, first_bad), report


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_r67_no_single_character_can_be_changed_unseen(data: st.DataObject) -> None:
    good = text_of(_CHAIN)
    start = good.index("\n") + 1  # the header is a claim of the house, judged by its consequences
    place = data.draw(st.integers(start, len(good) - 2))
    other = data.draw(st.sampled_from('0123456789abcdef"{}:, \\x'))
    changed = good[:place] + other + good[place + 1 :]
    assert verify_text(changed).ok == (changed == good)


_CHAIN = chain(5)


@given(st.text(max_size=200))
def test_the_verifier_never_raises(text: str) -> None:
    assert not verify_text(text).ok
    assert not verify_text(text_of(_CHAIN) + text + "x").ok


def test_lines_are_read_as_they_were_written() -> None:
    header = Header(TENANT, 5, {"key_a": bytes(32)})
    assert read_header(write_header(header)) == header
    for link in _CHAIN:
        assert read_link(read_line(write_link(link))) == link
    with pytest.raises(MalformedExport):
        read_link({"seq": 1, "missing": True})


def test_keys_are_read_strictly() -> None:
    key = bytes(range(32))
    assert read_keys(f"# kept since 2026\nkey_a {b64u(key)}\n\n") == {"key_a": key}
    for wrong in ("key_a", "key_a !!!", f"key_a {b64u(key[:31])}", f"key_a {b64u(key)} x"):
        with pytest.raises(ValueError, match="key"):
            read_keys(wrong)


def test_the_command_line_answers_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good").write_text(text_of(_CHAIN), encoding="utf-8")
    (tmp_path / "bad").write_text(text_of(_CHAIN[:-1], claimed=5), encoding="utf-8")
    assert main([str(tmp_path / "good")]) == 0
    assert "no checkpoint from outside was given" in capsys.readouterr().out
    assert main([str(tmp_path / "bad")]) == 1
    assert "NOT VERIFIED at event 5" in capsys.readouterr().out
    for wrong in (["nowhere"], [str(tmp_path / "good"), "--checkpoint", str(tmp_path / "bad")]):
        with pytest.raises(SystemExit) as caught:
            main(wrong)
        assert caught.value.code == 2
