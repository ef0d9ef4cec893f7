"""Metrics for agents that run at the root of this repository.

A program's own folder comes before installed packages, so here this file is `metrics`, and it is the
installed package's. The substance is `python/lib/swarmscope/metrics.py`.
"""

try:
    from swarmscope.metrics import (
        TaskTimer,
        decrement_active_tasks,
        increment_active_tasks,
        increment_errors,
        increment_tasks_dispatched,
        start_metrics_server,
        track_task_latency,
    )
except ModuleNotFoundError as missing:
    if not str(missing.name).startswith("swarmscope"):
        raise
    raise ModuleNotFoundError(
        "metrics needs the Python package of this repository, which is not installed for this Python; "
        "at the root of the repository: pip install -r requirements.txt",
        name=missing.name,
    ) from None

__all__ = [
    "TaskTimer",
    "decrement_active_tasks",
    "increment_active_tasks",
    "increment_errors",
    "increment_tasks_dispatched",
    "start_metrics_server",
    "track_task_latency",
]
