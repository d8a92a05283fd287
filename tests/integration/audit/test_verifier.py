"""The verifier as a program of its own, and proofs that a malicious server may forge (PROMISES.md 69, 70)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from controller.audit.checkpoints import (
    take_checkpoint,
)
from controller.audit.export import export_lines
from controller.db.database import Database
from schemas.canonical import b64u
from schemas.envelope import SignedEnvelope
from schemas.grant import CANCEL_TYPE, CHECKPOINT_TYPE
from tests.conftest import TestTenant
from tests.integration.audit.tampering import ACTOR, EVENTS, Export, TestSigner, TestWitness, write_events


async def test_r69_the_verifier_runs_without_the_server(
    database: Database, tenant: TestTenant, tmp_path: Path
) -> None:
    """r70 too: one tenant's export verifies with public key and checkpoint only, by the command line."""
    await write_events(database, tenant.tenant_id)
    signer, witness = TestSigner(), TestWitness()
    await take_checkpoint(database, tenant.tenant_id, signer, witness)
    text = "".join([line async for line in export_lines(database, tenant.tenant_id, actor=ACTOR)])
    (tmp_path / "trail").write_text(text, encoding="utf-8")
    (tmp_path / "keys").write_text("".join(f"{name} {b64u(key)}\n" for name, key in signer.trusted().items()))
    (tmp_path / "checkpoints").write_bytes(b"".join(envelope + b"\n" for _, _, envelope in witness.kept))
    program = (
        "import sys\n"
        "class Wall:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'psycopg', 'psycopg_pool', 'procrastinate', 'fastapi', 'grpc'}\\\n"
        "                or name.startswith('controller.') and not name.startswith('controller.audit'):\n"
        "            raise ImportError('the verifier must not need ' + name)\n"
        "sys.meta_path.insert(0, Wall())\n"
        "from controller.audit.verify import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = [str(tmp_path / "trail"), "--public-key", str(tmp_path / "keys")]
    arguments += ["--checkpoint", str(tmp_path / "checkpoints")]
    done = _run([sys.executable, "-c", program, *arguments])
    assert done.returncode == 0, done.stderr
    assert f"witnessed up to event {EVENTS + 2}" in done.stdout
    (tmp_path / "trail").write_text("\n".join(text.splitlines()[:-4]) + "\n", encoding="utf-8")
    done = _run([sys.executable, "-m", "controller.audit.verify", *arguments])
    assert done.returncode == 1
    assert "NOT VERIFIED" in done.stdout
    done = _run([sys.executable, "-m", "controller.audit.verify", arguments[0], *arguments[3:]])
    assert done.returncode == 2


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])


FORGERIES: Final[dict[str, Callable[[bytes, TestSigner], bytes]]] = {
    "no envelope": lambda kept, signer: b"{}",
    "not JSON": lambda kept, signer: b"\x00\xff",
    "another key": lambda kept, signer: (
        TestSigner(key_id=signer.key_id).envelope(CHECKPOINT_TYPE, _payload(kept)).encode()
    ),
    "an unknown key id": lambda kept, signer: (
        TestSigner(key=signer.key).envelope(CHECKPOINT_TYPE, _payload(kept)).encode()
    ),
    "signed as another type": lambda kept, signer: signer.envelope(CANCEL_TYPE, _payload(kept)).encode(),
    "type changed after signing": lambda kept, signer: kept.replace(b"checkpoint.v1", b"checkpoint.v2"),
    "no signature": lambda kept, signer: _without_signature(kept),
    "a signature of nothing": lambda kept, signer: _with_signature(kept, bytes(64)),
    "an unknown field": lambda kept, signer: signer.envelope(
        CHECKPOINT_TYPE, _payload(kept)[:-1] + b',"x":1}'
    ).encode(),
    "the number changed": lambda kept, signer: _edit(kept, b'"seq":14', b'"seq":13'),
    "the hash changed": lambda kept, signer: _edit(kept, b'"hash":"', b'"hash":"0'),
    "spaces": lambda kept, signer: kept.replace(b",", b", "),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_r69_a_forged_proof_is_rejected(database: Database, tenant: TestTenant, name: str) -> None:
    """What a malicious server may hand out in place of the checkpoint that it signed."""
    await write_events(database, tenant.tenant_id)
    signer, witness = TestSigner(), TestWitness()
    await take_checkpoint(database, tenant.tenant_id, signer, witness)
    export = await Export.of(database, tenant.tenant_id)
    kept = witness.kept[0][2]
    assert export.verify(signer.trusted(), (kept,)).ok
    forged = FORGERIES[name](kept, signer)
    assert forged != kept
    report = export.verify(signer.trusted(), (forged,))
    assert not report.ok
    assert report.witnessed_seq == 0


def _payload(kept: bytes) -> bytes:
    return SignedEnvelope.decode(kept).payload


def _without_signature(kept: bytes) -> bytes:
    document = json.loads(kept)
    return json.dumps(document | {"signatures": []}, separators=(",", ":"), sort_keys=True).encode()


def _with_signature(kept: bytes, signature: bytes) -> bytes:
    document = json.loads(kept)
    document["signatures"][0]["sig"] = b64u(signature)
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def _edit(kept: bytes, old: bytes, new: bytes) -> bytes:
    document = json.loads(kept)
    edited = _payload(kept).replace(old, new)
    assert edited != _payload(kept)
    document["payload"] = b64u(edited)
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


async def test_r69_a_checkpoint_of_another_tenant_proves_nothing(
    database: Database, tenant: TestTenant, second_tenant: TestTenant
) -> None:
    signer, witness = TestSigner(), TestWitness()
    await take_checkpoint(database, second_tenant.tenant_id, signer, witness)
    export = await Export.of(database, tenant.tenant_id)
    report = export.verify(signer.trusted(), (witness.kept[0][2],))
    assert (report.ok, report.reason) == (False, "a checkpoint is of another tenant")
