"""What lies outside the state folder when root starts the product: whose it is, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent.identity import FILE_NAME, Identity, load_identity, new_key_and_request, store_identity
from base.clock import SystemClock
from base.ids import new_id
from controller.db import embedded_account as account
from controller.db.embedded_account import Account, DataOfAnother, Home, claim, left_behind
from controller.home import agent_account
from controller.home.agent_account import AgentAccount
from controller.pki.ca import CertificateAuthority
from controller.pki.keystore import KeyStore
from proto.channel import SERVER_NAME


@pytest.fixture
def root_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(account, "is_root", lambda: True)
    return tmp_path / "lib"


def _data(root: Path, name: str, state: Path) -> Home:
    (root / name).mkdir(parents=True)
    (root / name / "state-folder").write_text(f"{state}\n")
    return Home(root / name / "data", root / "programs", Account(None, None, None))


def _remember(state: Path, name: str) -> None:
    (state / "postgres").mkdir(parents=True)
    (state / "postgres" / "server.json").write_text(json.dumps({"folder": name}))


def test_the_data_of_a_deleted_state_folder_is_found(root_folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    _data(root_folder, "old", state)
    _data(root_folder, "others", tmp_path / "elsewhere")
    assert left_behind(state, root_folder) == [root_folder / "old"]
    _data(root_folder, "own", state)
    _remember(state, "own")
    assert left_behind(state, root_folder) == [root_folder / "old"], "its own is in use"


def test_a_moved_state_folder_keeps_its_data_and_a_copy_is_refused(root_folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    home = _data(root_folder, "one", first)
    _remember(first, "one")
    claim(home, first)
    with pytest.raises(DataOfAnother, match=f"{second} is a copy of {first}"):
        claim(home, second)
    (first / "postgres" / "server.json").unlink()
    claim(home, second)
    assert (root_folder / "one" / "state-folder").read_text() == f"{second}\n"


def _identity(folder: Path) -> Identity:
    """A whole one, as enrolment stores it."""
    tenant, agent = new_id(), new_id()
    authority = CertificateAuthority(KeyStore(folder), SystemClock())
    private, request = new_key_and_request("home")
    return Identity(
        tenant_id=str(tenant),
        agent_id=str(agent),
        name="home",
        private_key=private,
        certificate=authority.issue(request.encode(), tenant, agent, 3600).certificate.decode(),
        roots=authority.roots_pem().decode(),
        grpc_address="localhost:8443",
        server_name=SERVER_NAME,
        keys={},
        keys_generation=1,
    )


def test_an_agent_whose_state_folder_was_deleted_is_put_aside(tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "agents" / "abc"
    mine = AgentAccount(folder, 61_100, "")
    assert agent_account.set_aside_stranger(mine, state) is None
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_text("{}")
    _remember(state, "one")
    assert agent_account.set_aside_stranger(mine, state) is None, "it belongs to this state folder"
    (state / "postgres" / "server.json").unlink()
    aside = agent_account.set_aside_stranger(mine, state)
    assert aside is not None
    assert (aside / FILE_NAME).exists()
    assert not folder.exists()


def test_an_enrolled_agent_follows_a_changed_port(tmp_path: Path) -> None:
    mine, identity = AgentAccount(tmp_path, None, ""), _identity(tmp_path / "keys")
    agent_account.redirect(mine, "127.0.0.1:9443")
    assert not (tmp_path / FILE_NAME).exists()
    store_identity(tmp_path, identity)
    agent_account.redirect(mine, "127.0.0.1:9443")
    assert load_identity(tmp_path) == replace(identity, grpc_address="127.0.0.1:9443")
    (tmp_path / FILE_NAME).write_text("damaged")
    agent_account.redirect(mine, "127.0.0.1:1")
    assert (tmp_path / FILE_NAME).read_text() == "damaged"
