"""The base of every document: frozen, camelCase outside, snake_case inside, unknown keys refused.

`Model` is for everything of ours. `Extensible` is for the three places of a runbook where a customer may
keep keys of their own (`x-…`): they travel in `extensions` and are written back as they were.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Strict,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from base.clock import format_instant, parse_instant
from schemas.canonical import CanonicalError, canonical

EXTENSION_PREFIX: Final = "x-"
_set: Final = object.__setattr__
_new: Final = object.__new__


class Model(BaseModel):
    """A frozen document. `to_json()` is its one JSON form: camelCase, absent instead of null."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        ser_json_bytes="base64",
    )

    def to_json(self) -> dict[str, Any]:
        """Plain objects, arrays, strings, booleans and integers; what is None is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def json_text(self) -> bytes:
        """The same as JSON in UTF-8, made at once: for who stores a hundred thousand of them."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True, exclude_none=True)

    @classmethod
    def made_UNCHECKED(cls, fields: dict[str, Any]) -> Self:  # noqa: N802  # a bypass shouts
        """A document of fields that are known to be valid: all of them by name, each of its exact type.

        Only for what our own code has just made of checked parts, where checking is a good part of the time.
        """
        made = _new(cls)
        _set(made, "__dict__", fields)
        _set(made, "__pydantic_fields_set__", set(fields))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The inverse of `to_json`, by camelCase names only; raises pydantic.ValidationError."""
        return cls.model_validate(value, by_alias=True, by_name=False)


class Extensible(Model):
    """A model that keeps `x-…` keys in `extensions`."""

    extensions: dict[str, Any] = Field(default_factory=dict, alias=EXTENSION_PREFIX)

    @model_validator(mode="before")
    @classmethod
    def _collect_extensions(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        own = {
            key: value
            for key, value in data.items()
            if isinstance(key, str) and key.startswith(EXTENSION_PREFIX)
        }
        if not own:
            return data
        rest = {key: value for key, value in data.items() if key not in own}
        return rest | {EXTENSION_PREFIX: own}

    @field_validator("extensions")
    @classmethod
    def _check_extensions(cls, value: dict[str, Any]) -> dict[str, Any]:
        for key, content in value.items():
            if not key.startswith(EXTENSION_PREFIX) or len(key) == len(EXTENSION_PREFIX):
                raise PydanticCustomError(
                    "extension_name", "a key of your own begins with `x-`: {key}", {"key": key}
                )
            try:
                canonical(content)
            except CanonicalError as error:
                raise PydanticCustomError(
                    "extension_value", "`{key}` holds {reason}", {"key": key, "reason": str(error)}
                ) from error
        return value

    @model_serializer(mode="wrap")
    def _spread_extensions(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        for key in ("extensions", EXTENSION_PREFIX):
            data.pop(key, None)
        return data | self.extensions


def _instant(value: object) -> object:
    if isinstance(value, str):
        try:
            return parse_instant(value)
        except ValueError as error:
            raise PydanticCustomError(
                "instant", "an instant is written `2026-11-22T19:50:00.000000Z`"
            ) from error
    return value


def _aware(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise PydanticCustomError("instant_zone", "an instant needs a time zone")
    return value


Instant = Annotated[
    datetime,
    BeforeValidator(_aware),
    BeforeValidator(_instant),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
]
"""A datetime in UTC; its text is that of `base.clock.format_instant`."""


def _uuid(value: object) -> object:
    if isinstance(value, str):
        try:
            parsed = UUID(value)
        except ValueError as error:
            raise PydanticCustomError("uuid_text", "not a UUID") from error
        if str(parsed) != value:
            raise PydanticCustomError("uuid_text", "a UUID is written in lower case with hyphens")
        return parsed
    return value


UuidText = Annotated[UUID, BeforeValidator(_uuid), PlainSerializer(str, return_type=str, when_used="json")]
"""A UUID whose only text is the lower-case one with hyphens."""

StrictInt = Annotated[int, Strict()]
StrictBool = Annotated[bool, Strict()]
StrictStr = Annotated[str, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=2**53 - 1)]
"""A whole number that JSON can carry exactly."""

Digest = Annotated[str, Strict(), StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""`sha256:<64 hex>`."""

Sha256Hex = Annotated[str, Strict(), StringConstraints(pattern=r"^[0-9a-f]{64}$")]
CommitOid = Annotated[str, Strict(), StringConstraints(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
"""A git object id, SHA-1 or SHA-256, in full."""
