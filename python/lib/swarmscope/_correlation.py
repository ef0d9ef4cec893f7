"""The correlation id that events carry without being told, along a task of asyncio or a thread."""

from __future__ import annotations

import contextlib
import contextvars
import uuid
from typing import Iterator, Optional

current: contextvars.ContextVar[Optional[str]] = contextvars.ContextVar(
    "swarmscope_correlation_id", default=None
)


def get_correlation_id() -> Optional[str]:
    """The id that an event logged now would carry, if any."""
    return current.get()


@contextlib.contextmanager
def correlation(correlation_id: Optional[object] = None) -> Iterator[str]:
    """Every event logged inside carries this id, or a new one; gives the id.

    Follows `await`, `asyncio.create_task` and `asyncio.to_thread`. A plain thread begins without an id.
    """
    chosen = str(uuid.uuid4()) if correlation_id is None else str(correlation_id)
    token = current.set(chosen)
    try:
        yield chosen
    finally:
        current.reset(token)
