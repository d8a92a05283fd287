"""The base of every request: texts that the database can hold."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from schemas.model import Model


class Input(Model):
    """A request. A text in it holds no NUL and no unpaired surrogate: no row and no file could hold it."""

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        check_storable(data)
        return data


def check_storable(value: object, depth: int = 0) -> None:
    """Raise PydanticCustomError for a text that can't be stored, at any depth up to that of a request."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise PydanticCustomError("text", "a text may not hold NUL or an unpaired surrogate")
    elif isinstance(value, dict) and depth < 8:
        for key, item in value.items():
            check_storable(key, depth + 1)
            check_storable(item, depth + 1)
    elif isinstance(value, list | tuple) and depth < 8:
        for item in value:
            check_storable(item, depth + 1)
