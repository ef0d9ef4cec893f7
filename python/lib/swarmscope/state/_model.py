"""What both kinds of state have in common. Knows neither."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any, Iterable, Mapping, Optional, Sequence

#: In the order in which tasks are taken.
PRIORITIES = ("high", "medium", "low")

#: Tasks that one call of `dispatch` gives away at most.
DISPATCH_AT_ONCE = 100


class StateError(Exception):
    """The database did not do what it was asked. Worth another try: the next call connects again."""


@dataclasses.dataclass
class Task:
    """A row of `task_states`."""

    task_type: str
    metadata: dict[str, Any] = dataclasses.field(default_factory=dict)
    priority: str = "medium"
    task_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    created_at: Optional[datetime.datetime] = None
    agent_name: Optional[str] = None
    state: str = "queued"
    claimed: float = 0.0


@dataclasses.dataclass
class Outcome:
    """How a task ended."""

    success: bool
    error_type: Optional[str] = None
    error_message: Optional[str] = None
    metadata: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def state(self) -> str:
        return "completed" if self.success else "failed"


def assign(
    tasks: Iterable[Task], skills: Mapping[str, Sequence[str]], loads: Mapping[str, int]
) -> list[Task]:
    """The tasks that some agent can do, each with the agent that has least to do."""
    busy = dict(loads)
    given = []
    for task in tasks:
        able = [name for name, known in skills.items() if task.task_type in known]
        if able:
            name = min(able, key=lambda name: (busy.get(name, 0), name))
            busy[name] = busy.get(name, 0) + 1
            given.append(dataclasses.replace(task, agent_name=name))
    return given
