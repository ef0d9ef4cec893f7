"""Where a line goes: the process's stdout by way of the Rust side, or whatever stands in for it.

A program may replace `sys.stdout`, redirect descriptor 1, close either, or fork. Nothing here raises.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import sys
from typing import Any, Optional

from . import _native, _values

#: How long an ending program waits for a reader that does not read.
FLUSH_SECONDS = 2.0

# The stream that was last seen to be nothing but descriptor 1 with a buffer.
_plain_stdout: Optional[Any] = None


def _is_plain_stdout(stream: Any) -> bool:
    global _plain_stdout
    # A subclass or a wrapper may do something with what is written, so it has to be asked.
    if type(stream) is not io.TextIOWrapper:
        return False
    try:
        plain = stream.fileno() == 1
    except (OSError, ValueError):
        # Closed: the Rust side is not to write into whatever has descriptor 1 by now.
        return False
    if plain:
        _plain_stdout = stream
    return plain


def deliver(stream: Optional[Any], event: tuple[Any, ...]) -> None:
    """Writes the event to the stream, or to `sys.stdout` as it is now."""
    if stream is None:
        stream = sys.stdout
    if stream is None:
        _native.count_dropped()
    elif stream is _plain_stdout or _is_plain_stdout(stream):
        try:
            # What the program printed before comes first, and no line of it is cut in two.
            if _native.is_ready():
                stream.flush()
        except OSError:
            pass
        except ValueError:
            _native.count_dropped()
            return
        _native.write(*event)
    else:
        _write_text(stream, _native.line(*event))


def _write_text(stream: Any, line: Optional[str]) -> None:
    try:
        if line is None:
            return
        try:
            stream.write(line)
        except UnicodeEncodeError:
            stream.write(json.dumps(json.loads(line)) + "\n")
        flush_stream = getattr(stream, "flush", None)
        if flush_stream is not None:
            flush_stream()
    except Exception:
        _native.count_dropped()


def flush(timeout: float = FLUSH_SECONDS) -> bool:
    """Waits until everything logged is written; False when the reader did not keep up in time."""
    return _native.flush(timeout)


_native.set_converter(_values.plain)
atexit.register(_native.flush, FLUSH_SECONDS)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_native.restart_after_fork)
