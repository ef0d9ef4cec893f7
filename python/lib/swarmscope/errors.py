"""Error classes of tasks, and retrying by class.

Transient errors are retried with growing waits, permanent ones not, anything else is unexpected. Each
failure is one event and one count in `errors_encountered`.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import time
from typing import Any, Callable, Optional, Tuple, Type, TypeVar

from . import _native
from .logging import log, setup_logger
from .metrics import increment_errors

Function = TypeVar("Function", bound=Callable[..., Any])
ErrorTypes = Tuple[Type[BaseException], ...]

#: Retries of a transient error unless told otherwise.
MAX_RETRIES = 3


class TaskError(Exception):
    """A failed task; its class says what helps."""

    error_type = "unexpected"


class TransientError(TaskError):
    """May pass: worth a retry."""

    error_type = "transient"


class PermanentError(TaskError):
    """Will not pass."""

    error_type = "permanent"


class UnexpectedError(TaskError):
    """Nobody thought of it."""


def retry(
    function: Optional[Function] = None,
    *,
    max_retries: int = MAX_RETRIES,
    transient: ErrorTypes = (TransientError,),
    permanent: ErrorTypes = (PermanentError,),
    logger: Optional[logging.Logger] = None,
    agent_name: Optional[str] = None,
) -> Any:
    """Retries a function or a coroutine function on transient errors; the last error is raised.

    The wait before retry n (from 0) is min(0.5 * 2**n, 10) seconds and up to a tenth more.
    """

    def decorate(function: Function) -> Function:
        policy = _Policy(function, max_retries, transient, permanent, logger, agent_name)
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def attempts_async(*args: Any, **kwargs: Any) -> Any:
                retries = 0
                while True:
                    try:
                        return await function(*args, **kwargs)
                    except Exception as error:
                        wait = policy.wait_after(error, retries)
                        if wait is None:
                            raise
                    retries += 1
                    await asyncio.sleep(wait)

            return attempts_async  # type: ignore[return-value]

        @functools.wraps(function)
        def attempts(*args: Any, **kwargs: Any) -> Any:
            retries = 0
            while True:
                try:
                    return function(*args, **kwargs)
                except Exception as error:
                    wait = policy.wait_after(error, retries)
                    if wait is None:
                        raise
                retries += 1
                time.sleep(wait)

        return attempts  # type: ignore[return-value]

    return decorate if function is None else decorate(function)


class _Policy:
    """What to do about one function's errors. Called inside `except`."""

    def __init__(
        self,
        function: Callable[..., Any],
        max_retries: int,
        transient: ErrorTypes,
        permanent: ErrorTypes,
        logger: Optional[logging.Logger],
        agent_name: Optional[str],
    ) -> None:
        self.operation = getattr(function, "__qualname__", repr(function))
        self.max_retries = max_retries
        self.transient = transient
        self.permanent = permanent
        self.logger = logger
        self.agent_name = agent_name

    def wait_after(self, error: Exception, retries: int) -> Optional[float]:
        """Logs and counts the error; seconds until the next attempt, or None when there is none."""
        metadata: dict[str, Any] = {
            "operation": self.operation,
            "retry_count": retries,
            "max_retries": self.max_retries,
        }
        if isinstance(error, self.permanent):
            self._log("ERROR", "permanent", "permanent_error", f"failed: {error}", metadata)
        elif not isinstance(error, self.transient):
            self._log("CRITICAL", "unexpected", "unexpected_error", f"failed: {error}", metadata)
        elif retries >= self.max_retries:
            self._log("ERROR", "transient", "max_retries_exceeded", f"failed: {error}", metadata)
        else:
            wait = _native.retry_wait(retries)
            metadata["retry_count"] = retries + 1
            metadata["wait_ms"] = int(wait * 1000)
            metadata["error"] = f"{type(error).__name__}: {error}"
            text = f"failed, retry {retries + 1} of {self.max_retries}: {error}"
            self._log("WARNING", "transient", "transient_error_retry", text, metadata)
            return wait
        return None

    def _log(
        self, severity: str, kind: str, event_type: str, text: str, metadata: dict[str, Any]
    ) -> None:
        increment_errors(error_type=kind)
        logger = self.logger or setup_logger("swarmscope")
        log(
            logger,
            severity,
            f"{self.operation} {text}",
            self.agent_name or logger.name,
            event_type,
            metadata,
        )
