"""What becomes of values that JSON does not know. Called from the Rust side for each of them."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import numbers
import pathlib
import uuid
from collections.abc import Collection, Mapping
from typing import Any

_AS_TEXT = (decimal.Decimal, uuid.UUID, pathlib.PurePath, datetime.timedelta)


def plain(value: Any) -> Any:
    """A value one step closer to JSON; what it contains is asked for again."""
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    # Sets, deques, ranges, views of dictionaries. Not iterators: reading one would use it up.
    if isinstance(value, Collection):
        return list(value)
    return str(value)
