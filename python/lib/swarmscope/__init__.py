"""Logging, metrics and error handling for agents of a multi-agent system.

Events go to stdout, one JSON object a line; metrics stand on an HTTP page. Nothing here raises because
of what it is given, and nothing here waits for a server.
"""

from .errors import PermanentError, TaskError, TransientError, UnexpectedError, retry
from .logging import correlation, flush, get_correlation_id, log, setup_logger
from .metrics import (
    TaskTimer,
    decrement_active_tasks,
    increment_active_tasks,
    increment_errors,
    increment_tasks_dispatched,
    start_metrics_server,
    track_task_latency,
)

__all__ = [
    "PermanentError",
    "TaskError",
    "TaskTimer",
    "TransientError",
    "UnexpectedError",
    "correlation",
    "decrement_active_tasks",
    "flush",
    "get_correlation_id",
    "increment_active_tasks",
    "increment_errors",
    "increment_tasks_dispatched",
    "log",
    "retry",
    "setup_logger",
    "start_metrics_server",
    "track_task_latency",
]
