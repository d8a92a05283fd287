"""What the Messages API is asked, and its answer taken apart. Pure; any bytes are a message or none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from scanner.redact import redact


def request_of(
    *, model: str, max_tokens: int, system: str, schema: Mapping[str, Any], text: str
) -> dict[str, Any]:
    """The arguments of `messages.create`. No temperature: current models refuse it."""
    return {
        "model": model,
        "max_tokens": max_tokens,
        "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }


class _Lax(BaseModel):
    """Fields that are not read may be anything: the API grows."""

    model_config = ConfigDict(extra="ignore", strict=True)


class Block(_Lax):
    """One piece of an answer's content."""

    type: str
    text: str = ""


class Usage(_Lax):
    """What an answer cost, in tokens."""

    input_tokens: Annotated[int, Field(ge=0)] = 0
    output_tokens: Annotated[int, Field(ge=0)] = 0
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class Message(_Lax):
    """A whole answer."""

    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[Block]
    stop_reason: str | None
    usage: Usage = Usage()


def message_in(body: bytes, max_bytes: int) -> Message | None:
    """The message of a response's body; None for one that is larger, no UTF-8, no JSON, or no message."""
    if len(body) > max_bytes:
        return None
    try:
        return Message.model_validate(strict_json(body.decode()))
    except (
        ValueError,
        ArithmeticError,
        RecursionError,
    ):  # no UTF-8, no JSON, a key twice, 1e9999999999999999999
        return None


def one_text(content: Sequence[Block]) -> str | None:
    """The text of an answer that is one text; None where it holds anything else but thoughts."""
    blocks = [block for block in content if block.type != "thinking"]
    return blocks[0].text if len(blocks) == 1 and blocks[0].type == "text" else None


def tokens_of(message: Message | None) -> int | None:
    """How many tokens a message says that it cost; None where it does not say."""
    if message is None or message.usage == Usage():
        return None
    usage = message.usage
    cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return usage.input_tokens + usage.output_tokens + max(0, cached)


def strict_json(text: str) -> Any:
    """As `json.loads`, but NaN and a key that comes twice are errors, and fractions are exact."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)


def plain_line(text: str, most: int) -> str:
    """One line that can be shown anywhere: no control, no bidi, nothing that looks like a secret."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    masked = redact(flat)
    return masked if len(masked) <= most else masked[: most - 1] + "…"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found
