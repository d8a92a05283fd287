"""The key store: modes, whole files, wrapping, several processes."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from controller.pki.keystore import KeyStore, KeyStoreError
from controller.pki.tenant_keys import Purpose, TenantKeys

TENANT = UUID("01900000-0000-7000-8000-000000000001")


def test_secrets_survive_and_never_lie_in_the_open(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    store.write("ca/server", b"a secret of mine")
    assert KeyStore(tmp_path / "keys").read("ca/server") == b"a secret of mine"
    for path in (tmp_path / "keys").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
        assert path.is_dir() or b"a secret of mine" not in path.read_bytes()


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(KeyStoreError, match="chmod 700"):
        KeyStore(folder)


@pytest.mark.parametrize("url", ["s3://bucket/keys", "file://host/keys", "keys"])
def test_only_file_addresses_open(url: str) -> None:
    with pytest.raises(KeyStoreError, match="file:///folder"):
        KeyStore.open(url)


def test_an_address_may_be_escaped(tmp_path: Path) -> None:
    KeyStore.open(f"file://{tmp_path}/my%20keys").write("a", b"1")
    assert (tmp_path / "my keys" / "a.key").exists()


def test_a_file_moved_to_another_name_does_not_open(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    store.write("tenants/one", b"x")
    (tmp_path / "keys/tenants/one.key").rename(tmp_path / "keys/tenants/two.key")
    with pytest.raises(KeyStoreError, match="damaged"):
        store.read("tenants/two")


def test_one_flipped_byte_is_noticed(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    store.write("one", b"x")
    path = tmp_path / "keys/one.key"
    content = bytearray(path.read_bytes())
    for place in range(len(content)):
        content[place] ^= 1
        path.write_bytes(content)
        with pytest.raises(KeyStoreError):
            store.read("one")
        content[place] ^= 1


def test_old_secrets_open_after_the_root_was_rotated(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    store.write("old", b"1")
    before = (tmp_path / "keys/old.key").read_bytes()[:16]
    store.rotate_root()
    store.write("new", b"2")
    assert store.read("old") == b"1"
    assert store.read("new") == b"2"
    assert (tmp_path / "keys/new.key").read_bytes()[:16] != before


def test_a_failed_write_leaves_the_old_secret_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeyStore(tmp_path / "keys")
    store.write("one", b"old")

    def refuse(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="no space"):
        store.write("one", b"new")
    monkeypatch.undo()
    assert store.read("one") == b"old"
    assert [path.name for path in (tmp_path / "keys").glob(".one*")] == []


@pytest.mark.parametrize("name", ["../escape", "/etc/passwd", "", "a//b", "A", "a/../b", "a\n"])
def test_names_stay_inside_the_folder(tmp_path: Path, name: str) -> None:
    store = KeyStore(tmp_path / "keys")
    with pytest.raises(ValueError, match="not a name"):
        store.write(name, b"x")


def test_many_first_users_agree_on_one_key(tmp_path: Path) -> None:
    stores = [KeyStore(tmp_path / "keys") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda store: TenantKeys(store).current(TENANT, Purpose.GRANT).secret, stores))
    assert len(set(keys)) == 1


def test_rotation_keeps_the_old_key_and_retiring_destroys_it(tmp_path: Path) -> None:
    keys = TenantKeys(KeyStore(tmp_path / "keys"))
    first = keys.current(TENANT, Purpose.GRANT)
    second = keys.rotate(TENANT, Purpose.GRANT)
    assert [key.key_id for key in keys.all(TENANT, Purpose.GRANT)] == [first.key_id, second.key_id]
    assert TenantKeys(KeyStore(tmp_path / "keys")).current(TENANT, Purpose.GRANT) == second
    with pytest.raises(ValueError, match="rotate first"):
        keys.retire(TENANT, Purpose.GRANT, second.key_id)
    keys.retire(TENANT, Purpose.GRANT, first.key_id)
    keys.refresh()
    assert keys.get(TENANT, Purpose.GRANT, first.key_id) is None


def test_tenants_and_purposes_have_different_keys(tmp_path: Path) -> None:
    keys = TenantKeys(KeyStore(tmp_path / "keys"))
    other = UUID("01900000-0000-7000-8000-000000000002")
    secrets = {keys.current(tenant, purpose).secret for tenant in (TENANT, other) for purpose in Purpose}
    assert len(secrets) == 6
    key = keys.current(TENANT, Purpose.WRAP)
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
    with pytest.raises(ValueError, match="no public part"):
        key.public()
