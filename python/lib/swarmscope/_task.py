"""A task as a handler gets it, and what a handler may return.

Nothing here talks to anybody: what a task can ask for is handed in by the agent that claimed it.
"""

from __future__ import annotations

import dataclasses
import datetime
import threading
import time
from typing import Any, Callable, List, Mapping, Optional, Sequence, Union


class TaskOver(Exception):
    """Nobody waits for the task any more; see `Task.check`."""


@dataclasses.dataclass(frozen=True)
class Part:
    """A child of a task, with what its worker returned."""

    task_id: str
    task_type: str
    state: str
    metadata: dict[str, Any]
    #: Empty unless the part is completed.
    result: dict[str, Any]


class Hold:
    """The claim on a task: until when it can be done, whether it is still ours, and who knows its parts."""

    def __init__(
        self, given: Mapping[str, Any], lease: float, parts: Callable[[str], List[Part]]
    ) -> None:
        self.over = threading.Event()
        self.parts = parts
        self.deadline: Optional[float] = None
        deadline, lease_ends = given.get("deadline"), given.get("lease_expires_at")
        if deadline and lease_ends:
            # The end of the lease says what the orchestrator's clock shows.
            left = (_time(deadline) - _time(lease_ends)).total_seconds() + lease
            self.deadline = time.monotonic() + left


@dataclasses.dataclass(frozen=True)
class Task:
    """A claimed task."""

    task_id: str
    task_type: str
    priority: str
    metadata: dict[str, Any]
    retry_count: int
    max_retries: int
    fencing_token: int
    _hold: Optional[Hold] = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def correlation_id(self) -> str:
        """Ties the events of the task together, across agents."""
        return str(self.metadata.get("correlation_id") or self.task_id)

    @property
    def remaining(self) -> Optional[float]:
        """Seconds until the deadline, 0 when it is over, `None` without one; by the orchestrator's clock."""
        if self._hold is None or self._hold.deadline is None:
            return None
        return max(0.0, self._hold.deadline - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for the task any more: it was cancelled, its deadline has passed, or its
        lease was lost. That is noticed within a third of a lease."""
        return self._hold is not None and self._hold.over.is_set()

    def check(self) -> None:
        """Raises `TaskOver` when nobody waits for the task any more: call it between steps."""
        if self.is_over:
            raise TaskOver(f"{self.task_id} is not ours any more")

    def sleep(self, seconds: float) -> None:
        """Sleeps so long, or raises `TaskOver` as soon as nobody waits for the task any more."""
        if self._hold is None:
            time.sleep(seconds)
        elif self._hold.over.wait(seconds):
            self.check()

    def parts(self) -> List[Part]:
        """The parts that the task fanned out into, oldest first; none before it does."""
        return [] if self._hold is None else self._hold.parts(self.task_id)


@dataclasses.dataclass(frozen=True)
class FanOut:
    """Returned by a handler whose task has to wait for parts: new tasks as the orchestrator takes them,
    such as `{"task_type": "fetch", "metadata": {"url": "…"}}`."""

    children: Sequence[Mapping[str, Any]]
    #: What the task does when all have ended: `continue` (a handler gets it again) or `complete`.
    then: str = "continue"
    #: What a child that ends without success makes of it: `fail`, `fail_fast` or `ignore`.
    on_child_failure: str = "fail"


#: Works on a task; what it returns is kept with the attempt, or is what the task waits for.
Handler = Callable[[Task], Union[Mapping[str, Any], FanOut, None]]


def _time(text: str) -> datetime.datetime:
    # Python 3.9 and 3.10 do not read the Z.
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
