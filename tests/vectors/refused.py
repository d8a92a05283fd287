"""Payloads that are not the canonical bytes of an object: a strict parse must refuse every one."""

from __future__ import annotations

from typing import Final

REFUSED: Final[dict[str, bytes]] = {
    "duplicate key": b'{"a":1,"a":1}',
    "duplicate key inside": b'{"a":{"b":1,"b":2}}',
    "float": b'{"a":1.0}',
    "exponent": b'{"a":1e2}',
    "negative zero": b'{"a":-0}',
    "null": b'{"a":null}',
    "not a number": b'{"a":NaN}',
    "integer beyond the bound": b'{"a":9007199254740992}',
    "huge integer": b'{"a":' + b"9" * 5000 + b"}",
    "blank": b'{"a": 1}',
    "keys not sorted": b'{"b":1,"a":1}',
    "newline at the end": b'{"a":1}\n',
    "escape that is not needed": b'{"a":"\\u0041"}',
    "upper-case escape": b'{"a":"\\u001F"}',
    "escaped slash": b'{"a":"\\/"}',
    "lone surrogate": b'{"a":"\\ud800"}',
    "key that is not ASCII": '{"ä":1}'.encode(),
    "root is an array": b"[]",
    "root is a text": b'"a"',
    "nothing": b"",
    "not UTF-8": b'{"a":"\xff"}',
    "byte order mark": b'\xef\xbb\xbf{"a":1}',
    "two values": b'{"a":1}{"a":1}',
    "cut off": b'{"a":',
    "deep": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
}
