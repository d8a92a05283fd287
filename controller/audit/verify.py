"""The offline verifier: recompute an exported audit trail, hold it against checkpoints kept elsewhere.

    python -m controller.audit.verify FILE --public-key KEYS --checkpoint CHECKPOINTS

A program of its own: no database, no import of the server (a test runs it with those blocked). The chain
alone shows a change, a removal, a reordering or an insertion in the middle. That the end was cut off, or
that the whole was rebuilt, only a signed checkpoint from outside can show: without `--public-key` and
`--checkpoint` the report says so. Exit codes: 0 verified, 1 not verified, 2 wrong use.

KEYS has lines `key_… <base64url of 32 bytes>`; CHECKPOINTS has one signed envelope a line, as they lie on the
branch `dd0c-audit` of the tenant's repository.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from controller.audit.chain_file import (
    Header,
    Link,
    MalformedExport,
    read_checkpoint,
    read_header,
    read_line,
    read_link,
)
from schemas.audit import CHAIN_START
from schemas.canonical import CanonicalError, unb64u
from schemas.envelope import PayloadError, SignedEnvelope
from schemas.grant import CHECKPOINT_TYPE, Checkpoint

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `first_bad`: the first sequence number that can't be right; None where all is.

    `witness`: external (checkpoints and keys were given from outside), export (only those inside the file,
    which whoever made the file could have made too), or none. `witnessed_seq`: how far the witness reaches.
    """

    ok: bool
    events: int
    head_seq: int
    head_hash: str
    first_bad: int | None
    reason: str
    witness: str
    witnessed_seq: int

    def to_json(self) -> dict[str, Any]:
        """For `-o json`."""
        document: dict[str, Any] = {
            "verified": self.ok,
            "events": self.events,
            "headSeq": self.head_seq,
            "headHash": self.head_hash,
            "witness": self.witness,
            "witnessedSeq": self.witnessed_seq,
        }
        if not self.ok:
            document |= {"firstBadSeq": self.first_bad, "reason": self.reason}
        return document


class Tampered(Exception):
    """The trail can't be right from this sequence number on."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"{seq}: {reason}")
        self.seq = seq
        self.reason = reason


class _Chain:
    """Takes the links one by one; remembers the hashes that checkpoints will ask for."""

    def __init__(self, tenant: UUID) -> None:
        self.tenant = tenant
        self.seq = 0
        self.hash = CHAIN_START
        self.seen: set[UUID] = set()
        self.hashes: list[bytes] = []

    def add(self, link: Link) -> None:
        """Raises Tampered at this link's place."""
        expected = self.seq + 1
        if link.seq != expected:
            raise Tampered(expected, f"the next event has the number {link.seq}")
        if link.prev != self.hash:
            raise Tampered(expected, "it does not continue from the event before it")
        if link.hash != link.expected_hash(self.tenant):
            raise Tampered(expected, "its content is not what was hashed")
        if link.event_id in self.seen:
            raise Tampered(expected, "its event stands in the chain twice")
        self.seen.add(link.event_id)
        self.seq, self.hash = link.seq, link.hash
        self.hashes.append(link.hash)

    def check(self, checkpoint: Checkpoint) -> None:
        """Raises Tampered where the chain is not the one whose head was signed."""
        if checkpoint.tenant != self.tenant:
            raise Tampered(1, "a checkpoint is of another tenant")
        if checkpoint.seq > self.seq:
            raise Tampered(self.seq + 1, f"the end is missing: a checkpoint saw {checkpoint.seq} events")
        if checkpoint.seq == 0 or self.hashes[checkpoint.seq - 1].hex() != checkpoint.hash:
            raise Tampered(checkpoint.seq, "a checkpoint saw another event here: the chain was rebuilt")


def verify_text(
    text: str,
    *,
    public_keys: Mapping[str, bytes] | None = None,
    checkpoints: Sequence[bytes] = (),
) -> Report:
    """Verify a whole export in memory; arguments as `verify_lines`."""
    # Not splitlines(): a text inside an event may hold other characters that count as line ends.
    lines = text.removesuffix("\n").split("\n")
    return verify_lines(lines, public_keys=public_keys, checkpoints=checkpoints)


def verify_lines(
    lines: Iterable[str],
    *,
    public_keys: Mapping[str, bytes] | None = None,
    checkpoints: Sequence[bytes] = (),
) -> Report:
    """Verify an export, line by line. Never raises for what is in it: the report says what is wrong.

    1. Read the header; 2. link by link: number, predecessor, hash, no event twice; 3. the length that the
    header claims; 4. every checkpoint: signature by a trusted key, tenant, number, hash. `public_keys` are
    the trusted ones (key id → 32 bytes); without them the header's are used and the witness is `export`.
    """
    external = public_keys is not None and bool(checkpoints)
    chain = _Chain(UUID(int=0))
    witnessed = 0
    bad: Tampered | None = None
    found: list[bytes] = []
    try:
        header, found = _read(iter(lines), chain)
        if chain.seq != header.last_seq:
            raise Tampered(chain.seq + 1, f"the header speaks of {header.last_seq} events")
        trusted = header.keys if public_keys is None else public_keys
        for checkpoint in sorted(
            (open_checkpoint(blob, trusted) for blob in (*checkpoints, *found)), key=lambda item: item.seq
        ):
            chain.check(checkpoint)
            witnessed = checkpoint.seq
    except Tampered as error:
        bad = error
    has_witness = bool(found) or bool(checkpoints)
    return Report(
        ok=bad is None,
        events=len(chain.hashes),
        head_seq=chain.seq,
        head_hash=chain.hash.hex(),
        first_bad=bad.seq if bad else None,
        reason=bad.reason if bad else "",
        witness="external" if external else "export" if has_witness else "none",
        witnessed_seq=witnessed,
    )


def _read(lines: Iterable[str], chain: _Chain) -> tuple[Header, list[bytes]]:
    stream = iter(lines)
    envelopes: list[bytes] = []
    try:
        header = read_header(next(stream, ""))
        chain.tenant = header.tenant
        for text in stream:
            document = read_line(text)
            if "checkpoint" in document:
                envelopes.append(read_checkpoint(document))
            elif envelopes:
                raise MalformedExport("an event after a checkpoint")
            else:
                chain.add(read_link(document))
    except MalformedExport as error:
        raise Tampered(chain.seq + 1, str(error)) from error
    return header, envelopes


def open_checkpoint(blob: bytes, trusted: Mapping[str, bytes]) -> Checkpoint:
    """A checkpoint whose signature counts. Raises Tampered.

    1. The envelope's form, 2. its type, 3. a signature by a trusted key over the bytes, 4. the payload.
    """
    try:
        envelope = SignedEnvelope.decode(blob)
        if envelope.payload_type != CHECKPOINT_TYPE:
            raise Tampered(1, f"a checkpoint is signed as {envelope.payload_type[:40]!r}")
        if not _is_signed(envelope, trusted):
            raise Tampered(1, "a checkpoint is not signed by a trusted key")
        return Checkpoint.from_payload(envelope.payload)
    except PayloadError as error:
        raise Tampered(1, f"a checkpoint that can't be read: {error}") from error


def _is_signed(envelope: SignedEnvelope, trusted: Mapping[str, bytes]) -> bool:
    message = envelope.pae()
    for signature in envelope.signatures:
        key = trusted.get(signature.key_id)
        if key is None or len(key) != _KEY_BYTES:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature.sig, message)
        except InvalidSignature:
            continue
        return True
    return False


def read_keys(text: str) -> dict[str, bytes]:
    """Lines `key_… <base64url>`; raises ValueError for any other."""
    keys: dict[str, bytes] = {}
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            raise ValueError("a key file has lines `key_… <base64url>`")
        try:
            key = unb64u(words[1])
        except CanonicalError as error:
            raise ValueError(f"the key {words[0][:40]} is {error}") from error
        if len(key) != _KEY_BYTES:
            raise ValueError(f"the key {words[0][:40]} has not 32 bytes")
        keys[words[0]] = key
    return keys


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m controller.audit.verify", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--public-key", type=Path, help="file of trusted checkpoint keys, kept elsewhere")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="file of checkpoints")
    options = parser.parse_args(arguments)
    if options.checkpoint and options.public_key is None:
        parser.error("--checkpoint needs --public-key: a signature says nothing without a key that you trust")
    try:
        keys = read_keys(options.public_key.read_text("utf-8")) if options.public_key else None
        envelopes = [
            line.encode()
            for path in options.checkpoint
            for line in path.read_text("utf-8").splitlines()
            if line
        ]
        with options.file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
            lines = (line.rstrip("\n") for line in stream)
            report = verify_lines(lines, public_keys=keys, checkpoints=envelopes)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    _print(report)
    return 0 if report.ok else 1


def _print(report: Report) -> None:
    write = sys.stdout.write
    if report.ok:
        write(f"verified: {report.events} events, head {report.head_hash}\n")
    else:
        write(f"NOT VERIFIED at event {report.first_bad}: {report.reason}\n")
    if report.witness != "external":
        write("no checkpoint from outside was given: a cut end or a rebuilt chain would not be seen\n")
    elif report.ok:
        write(f"witnessed up to event {report.witnessed_seq}\n")


if __name__ == "__main__":
    sys.exit(main())
