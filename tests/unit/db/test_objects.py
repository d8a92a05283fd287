"""Objects in a folder: durable appends that may be repeated, and keys that can't leave their tenant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.ids import new_id
from controller.db.objects import FileObjectStore, InvalidKey, ObjectConflict, check_key, object_key

TENANT, OTHER = new_id(), new_id()
KEY = object_key(TENANT, "output", "stx-1")


@pytest.fixture
def store(tmp_path: Path) -> FileObjectStore:
    return FileObjectStore(tmp_path / "objects")


async def test_appends_continue_where_the_object_ends(store: FileObjectStore) -> None:
    assert await store.size(KEY) is None
    assert await store.append(KEY, 0, b"hello ") == 6
    assert await store.append(KEY, 6, b"world") == 11
    assert await store.read(KEY) == b"hello world"
    assert await store.read(KEY, 6, 3) == b"wor"
    assert await store.read(KEY, 100) == b""
    assert await store.size(KEY) == 11


async def test_a_repeated_append_writes_only_what_is_new(store: FileObjectStore) -> None:
    await store.append(KEY, 0, b"hello")
    assert await store.append(KEY, 0, b"hello") == 5
    assert await store.append(KEY, 3, b"lo world") == 11
    assert await store.append(KEY, 2, b"l") == 11
    assert await store.read(KEY) == b"hello world"


async def test_an_append_that_leaves_bytes_out_is_a_conflict(store: FileObjectStore) -> None:
    await store.append(KEY, 0, b"hello")
    with pytest.raises(ObjectConflict) as caught:
        await store.append(KEY, 6, b"world")
    assert caught.value.size == 5
    assert await store.read(KEY) == b"hello"


async def test_put_replaces_the_whole(store: FileObjectStore, tmp_path: Path) -> None:
    await store.put(KEY, b"long content")
    await store.put(KEY, b"short")
    assert await store.read(KEY) == b"short"
    assert [path.name for path in (tmp_path / "objects" / str(TENANT) / "output").iterdir()] == ["stx-1"]


async def test_r63_another_tenants_key_is_a_miss(store: FileObjectStore) -> None:
    await store.put(KEY, b"secret of one tenant")
    swapped = object_key(OTHER, "output", "stx-1")
    assert await store.read(swapped) == b""
    assert await store.size(swapped) is None


@pytest.mark.parametrize(
    "names",
    [
        ("..", "x"),
        ("output", "..", "..", str(OTHER), "output"),
        ("output", "../x"),
        ("/etc/passwd",),
        ("output", ""),
        ("output", "a\n"),
        ("output", "a\0"),
        ("output", "A"),
        ("output", ".hidden"),
        ("output", "a..b"),
        ("a", "b", "c", "d", "e", "f", "g"),
        ("x" * 101,),
        (),
    ],
)
def test_r63_a_key_that_could_leave_its_place_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidKey):
        object_key(TENANT, *names)


@given(st.text(max_size=60))
def test_r63_every_accepted_key_stays_below_its_tenant(text: str) -> None:
    try:
        key = check_key(f"{TENANT}/{text}")
    except InvalidKey:
        return
    root = Path("/objects")
    assert (root / key).resolve().is_relative_to(root / str(TENANT))


async def test_a_link_that_was_planted_is_not_followed(store: FileObjectStore, tmp_path: Path) -> None:
    target = tmp_path / "outside"
    target.write_bytes(b"")
    folder = tmp_path / "objects" / str(TENANT) / "output"
    folder.mkdir(parents=True)
    (folder / "stx-1").symlink_to(target)
    with pytest.raises(OSError, match="stx-1"):
        await store.append(KEY, 0, b"x")
    assert target.read_bytes() == b""


async def test_an_extension_cuts_off_what_broke_and_nothing_that_somebody_else_wrote(
    store: FileObjectStore,
) -> None:
    await store.extend(KEY, 0, 0, b"hello broken")
    await store.extend(KEY, 6, 12, b"world")
    assert await store.read(KEY) == b"hello world"
    for keep, seen in [(6, 12), (11, 10), (12, 11), (-1, 11)]:
        with pytest.raises(ObjectConflict) as caught:
            await store.extend(KEY, keep, seen, b"x")
        assert caught.value.size == 11
    assert await store.read(KEY) == b"hello world"
