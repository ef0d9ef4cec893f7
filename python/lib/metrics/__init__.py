"""The name under which agents import the metrics: `from metrics import TaskTimer`.

The substance is `swarmscope.metrics`.
"""

from swarmscope.metrics import (
    TaskTimer,
    decrement_active_tasks,
    increment_active_tasks,
    increment_errors,
    increment_tasks_dispatched,
    start_metrics_server,
    track_task_latency,
)

__all__ = [
    "TaskTimer",
    "decrement_active_tasks",
    "increment_active_tasks",
    "increment_errors",
    "increment_tasks_dispatched",
    "start_metrics_server",
    "track_task_latency",
]
