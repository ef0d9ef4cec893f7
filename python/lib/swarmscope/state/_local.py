"""The same in the process alone, for programs that have no database. Ends with the process."""

from __future__ import annotations

import dataclasses
import datetime
import threading
import time
from typing import Iterable, Optional

from ._model import PRIORITIES, Outcome, Task, assign

_UNFINISHED = ("queued", "in_progress")


@dataclasses.dataclass
class _Agent:
    skills: list[str]
    heartbeat: float
    active: bool = True


class LocalState:
    """Tasks and agents of one process. Unlike a database connection, it is for all its threads."""

    local = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._agents: dict[str, _Agent] = {}

    def another(self) -> LocalState:
        """The same state, for another thread."""
        return self

    def close(self) -> None:
        """Nothing to hang up."""

    def register(self, agent_name: str, agent_type: str, skills: Iterable[str]) -> None:
        """Enters the agent, or says that it is back."""
        with self._lock:
            self._agents[agent_name] = _Agent(list(skills), time.monotonic())

    def heartbeat(self, agent_name: str) -> bool:
        """Says that the agent lives; False when it is not registered."""
        with self._lock:
            agent = self._agents.get(agent_name)
            if agent is not None:
                agent.heartbeat, agent.active = time.monotonic(), True
            return agent is not None

    def deregister(self, agent_name: str) -> None:
        """Says that the agent has ended."""
        with self._lock:
            if agent_name in self._agents:
                self._agents[agent_name].active = False

    def add(self, tasks: Iterable[Task]) -> None:
        """Puts tasks into the queue."""
        now = datetime.datetime.now(datetime.timezone.utc)
        with self._lock:
            for task in tasks:
                self._tasks[task.task_id] = dataclasses.replace(task, created_at=now)

    def _queued(self) -> list[Task]:
        queued = [task for task in self._tasks.values() if task.state == "queued"]
        return sorted(queued, key=lambda task: PRIORITIES.index(task.priority))

    def claim(self, agent_name: str, task_types: Iterable[str]) -> Optional[Task]:
        """The next task for this agent, which has it from now on."""
        wanted = set(task_types)
        with self._lock:
            for task in self._queued():
                if task.task_type in wanted and task.agent_name in (None, agent_name):
                    task.agent_name, task.state = agent_name, "in_progress"
                    task.claimed = time.monotonic()
                    return dataclasses.replace(task)
        return None

    def finish(self, task: Task, outcome: Outcome) -> bool:
        """Ends a claimed task, which is then forgotten; False when it was taken away meanwhile."""
        with self._lock:
            held = self._tasks.get(task.task_id)
            if held is None or (held.state, held.agent_name) != ("in_progress", task.agent_name):
                return False
            del self._tasks[task.task_id]
            return True

    def unfinished(self, task_ids: Iterable[str]) -> int:
        """How many of these tasks are queued or in progress."""
        with self._lock:
            return sum(
                task_id in self._tasks and self._tasks[task_id].state in _UNFINISHED
                for task_id in task_ids
            )

    def dispatch(self) -> list[Task]:
        """Gives queued tasks that nobody has to active agents with the skill, the idlest first."""
        with self._lock:
            active = {name: agent.skills for name, agent in self._agents.items() if agent.active}
            loads = {
                name: sum(task.agent_name == name for task in self._tasks.values())
                for name in active
            }
            waiting = [task for task in self._queued() if task.agent_name is None]
            given = assign(waiting, active, loads)
            for task in given:
                self._tasks[task.task_id].agent_name = task.agent_name
            return given

    def bury(self, silent_seconds: float) -> tuple[list[str], list[tuple[str, str]]]:
        """Marks agents that were silent too long; their tasks return to the queue, named with who had them."""
        oldest = time.monotonic() - silent_seconds
        with self._lock:
            marked = [
                name
                for name, agent in self._agents.items()
                if agent.active and agent.heartbeat < oldest
            ]
            for name in marked:
                self._agents[name].active = False
            returned = []
            for task in self._tasks.values():
                agent = self._agents.get(task.agent_name or "")
                if task.agent_name and agent is not None and not agent.active:
                    returned.append((task.task_id, task.agent_name))
                    task.agent_name, task.state = None, "queued"
            return marked, returned
