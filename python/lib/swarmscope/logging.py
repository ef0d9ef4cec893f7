"""Events as JSON lines, by `log()` or by the standard library's own calls.

`setup_logger` gives a `logging.Logger` that writes every record as an event; `log` names the parts of
an event itself. A `LogRecord` is made by `log` only when somebody else's handler or filter would see it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any, Mapping, Optional, Union

from . import _native
from ._correlation import correlation, current, get_correlation_id
from ._output import deliver, flush

__all__ = ["EventHandler", "correlation", "flush", "get_correlation_id", "log", "setup_logger"]

#: The event type of lines that come from the standard library's calls.
PLAIN_EVENT_TYPE = "log"

_LEVELS: dict[Any, int] = {
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARNING": logging.WARNING,
    "WARN": logging.WARNING,
    "ERROR": logging.ERROR,
    "CRITICAL": logging.CRITICAL,
    "FATAL": logging.CRITICAL,
}

# What every record has; anything else was added by `extra`.
_RECORD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {
    "asctime",
    "message",
    "taskName",
    "_swarmscope",
    "_swarmscope_written",
}

# The value of LOG_LEVEL that a logger was set up with, and the values that were complained about.
_level_of_logger: dict[str, int] = {}
_refused: set[str] = set()


class EventHandler(logging.StreamHandler):
    """Writes records as events to `sys.stdout`, whatever that is when a line is written."""

    def __init__(self) -> None:
        self._stream: Optional[Any] = None
        super().__init__()
        self._stream = None

    @property
    def stream(self) -> Any:  # type: ignore[override]
        """Where lines go. Assigning a stream sends them there instead of to `sys.stdout`."""
        return sys.stdout if self._stream is None else self._stream

    @stream.setter
    def stream(self, stream: Any) -> None:
        self._stream = stream

    def flush(self) -> None:
        """Nothing waits here; see `swarmscope.flush`."""

    def emit(self, record: logging.LogRecord) -> None:
        # Two loggers of one branch may both have such a handler: a record is one line all the same.
        if getattr(record, "_swarmscope_written", _NOWHERE) is self._stream:
            return
        try:
            record._swarmscope_written = self._stream  # type: ignore[attr-defined]
            deliver(self._stream, _event_of_record(record))
        except Exception:
            self.handleError(record)


_NOWHERE = object()


def setup_logger(name: Optional[str] = None, level: Union[int, str, None] = None) -> logging.Logger:
    """The logger of this name, writing events to stdout at this level or at `LOG_LEVEL`'s.

    May be called again: the lines are not doubled, and a level that was changed meanwhile stays, unless
    a level is given or LOG_LEVEL has another value than it had.
    """
    logger = logging.getLogger(name)
    if not any(isinstance(handler, EventHandler) for handler in logger.handlers):
        logger.addHandler(EventHandler())
    complaint = None
    if level is None:
        wanted, complaint = _native.level_from_env()
        if complaint:
            complaint = f"LOG_LEVEL: {complaint}"
        if _level_of_logger.get(logger.name) != wanted or logger.level == logging.NOTSET:
            logger.setLevel(wanted)
        _level_of_logger[logger.name] = wanted
    elif isinstance(level, int):
        logger.setLevel(level)
    else:
        known = _LEVELS.get(str(level).strip().upper())
        logger.setLevel(logging.INFO if known is None else known)
        if known is None:
            complaint = f"level: unknown severity {str(level)!r}; use DEBUG, INFO, WARNING, ERROR or CRITICAL"
    if complaint and complaint not in _refused:
        _refused.add(complaint)
        log(logger, "WARNING", f"{complaint}; logging at INFO", logger.name, "error")
    return logger


def log(
    logger: Any,
    severity: Union[str, int],
    message: object,
    agent_name: Optional[str],
    event_type: Optional[str],
    metadata: Optional[Mapping[str, Any]] = None,
    correlation_id: Optional[object] = None,
) -> None:
    """Writes one event. At ERROR and CRITICAL inside `except`, the exception is attached by itself."""
    level = _LEVELS.get(severity) if type(severity) is str else None
    if level is None:
        level = _level(severity)
    if not logger.isEnabledFor(level):
        return
    exception = sys.exc_info()[1] if level >= logging.ERROR else None
    handler = _only_handler(logger, level)
    if handler is None:
        _through_logging(
            logger, level, message, agent_name, event_type, metadata, correlation_id, exception
        )
        return
    deliver(
        handler._stream,
        (
            level,
            message,
            logger.name if agent_name is None else agent_name,
            PLAIN_EVENT_TYPE if event_type is None else event_type,
            metadata,
            correlation_id or None,
            current.get(),
            None if exception is None else _described(exception),
        ),
    )


def _level(severity: Any) -> int:
    """A severity that is not spelt as in the contract. What is no severity at all is INFO."""
    if isinstance(severity, int):
        return severity
    return _LEVELS.get(str(severity).strip().upper(), logging.INFO)


def _only_handler(logger: Any, level: int) -> Optional[EventHandler]:
    """The handler that would write this, when nobody else would see the record."""
    try:
        if logger.filters:
            return None
        found = None
        while logger is not None:
            for handler in logger.handlers:
                if (
                    type(handler) is not EventHandler
                    or handler.level > level
                    or handler.filters
                    or (found is not None and found._stream is not handler._stream)
                ):
                    return None
                found = handler
            if not logger.propagate:
                break
            logger = logger.parent
        return found
    except AttributeError:
        # An adapter, or a logger of somebody else's making.
        return None


def _through_logging(
    logger: Any,
    level: int,
    message: object,
    agent_name: Optional[str],
    event_type: Optional[str],
    metadata: Optional[Mapping[str, Any]],
    correlation_id: Optional[object],
    exception: Optional[BaseException],
) -> None:
    """As a record, for the filters and handlers of others; ours finds the event in it."""
    while not isinstance(logger, logging.Logger) and hasattr(logger, "logger"):
        logger = logger.logger
    if agent_name is None:
        agent_name = logger.name
    # Whoever called `log`. findCaller counts frames differently from one Python to the next.
    caller = sys._getframe(2)
    record = logger.makeRecord(
        logger.name,
        level,
        caller.f_code.co_filename,
        caller.f_lineno,
        _text(message),
        (),
        (type(exception), exception, exception.__traceback__) if exception is not None else None,
        caller.f_code.co_name,
        {
            "agent_name": agent_name,
            "event_type": PLAIN_EVENT_TYPE if event_type is None else event_type,
            "metadata": metadata,
            "correlation_id": correlation_id or None,
        },
    )
    record._swarmscope = True
    if logger.hasHandlers():
        logger.handle(record)
    else:
        # Python would print the bare message to stderr; an event belongs to stdout.
        deliver(None, _event_of_record(record))


def _event_of_record(record: logging.LogRecord) -> tuple[Any, ...]:
    fields = vars(record)
    if fields.get("_swarmscope"):
        metadata = fields.get("metadata")
    else:
        metadata = {
            key: value for key, value in fields.items() if key not in _RECORD_ATTRIBUTES
        }
        # The event's own parts may be named by `extra` too.
        for part in ("agent_name", "event_type", "correlation_id"):
            metadata.pop(part, None)
        given = metadata.get("metadata")
        if isinstance(given, Mapping):
            del metadata["metadata"]
            metadata.update(given)
        if record.stack_info:
            metadata["stack_info"] = record.stack_info
    exception = record.exc_info[1] if record.exc_info else None
    return (
        record.levelno,
        _message(record),
        fields.get("agent_name") or record.name,
        fields.get("event_type") or PLAIN_EVENT_TYPE,
        metadata,
        fields.get("correlation_id") or None,
        current.get(),
        None if exception is None else _described(exception),
    )


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:
        # Arguments that do not fit the text: both are worth more than a complaint on stderr.
        return f"{record.msg!r} {record.args!r}"


def _described(exception: BaseException) -> dict[str, Any]:
    """`metadata.exception`: causes, contexts and groups stand in the traceback as Python prints them."""
    kind = type(exception)
    try:
        lines = traceback.format_exception(kind, exception, exception.__traceback__)
    except Exception:
        lines = [f"{kind.__name__}: its traceback cannot be printed"]
    return {"type": kind.__name__, "message": _text(exception), "traceback": lines}


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"
