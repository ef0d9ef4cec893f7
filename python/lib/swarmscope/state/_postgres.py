"""The contract's tables in PostgreSQL. Plain SQL that names no column of anybody else's."""

from __future__ import annotations

import time
from typing import Any, Iterable, Optional

from ._model import DISPATCH_AT_ONCE, PRIORITIES, Outcome, StateError, Task, assign

_CONNECT_SECONDS = 5


class PostgresState:
    """The tables of the contract. Connects when it has to, and again after an error."""

    local = False

    def __init__(self, url: str, **parts: str) -> None:
        try:
            import psycopg
            from psycopg.types.json import Jsonb
        except ImportError as missing:
            raise StateError(
                f"a database is configured, but psycopg cannot be used ({missing}): pip install 'psycopg[binary]'"
            ) from missing
        self._psycopg, self._json = psycopg, Jsonb
        self._url, self._parts = url, parts
        self._connection: Any = None

    def another(self) -> PostgresState:
        """The same database, for another thread."""
        return PostgresState(self._url, **self._parts)

    def close(self) -> None:
        """Hangs up; a later call connects again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run(
        self, *statements: tuple[str, tuple[Any, ...]], whatever: bool = False
    ) -> list[tuple[int, list[Any]]]:
        """Runs the statements as one transaction; row counts and rows of each.

        Without `whatever`, a statement that finds nothing is the last: what follows depends on it.
        """
        try:
            if self._connection is None:
                self._connection = self._psycopg.connect(
                    self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, **self._parts
                )
            results = []
            with self._connection.transaction():
                for sql, values in statements:
                    cursor = self._connection.execute(sql, values)
                    rows = cursor.fetchall() if cursor.description else []
                    results.append((cursor.rowcount, rows))
                    if cursor.rowcount == 0 and not whatever:
                        break
            return results
        except self._psycopg.Error as error:
            self.close()
            raise StateError(f"the database failed: {error}".strip()) from error

    def register(self, agent_name: str, agent_type: str, skills: Iterable[str]) -> None:
        """Enters the agent, or says that it is back."""
        self._run(
            (
                """INSERT INTO agents (agent_name, agent_type, status, last_heartbeat, capabilities, metadata)
                VALUES (%s, %s, 'active', now(), %s, %s)
                ON CONFLICT (agent_name) DO UPDATE SET agent_type = EXCLUDED.agent_type, status = 'active',
                last_heartbeat = now(), capabilities = EXCLUDED.capabilities""",
                (agent_name, agent_type, self._json({"skills": list(skills)}), self._json({})),
            )
        )

    def heartbeat(self, agent_name: str) -> bool:
        """Says that the agent lives; False when it is not registered."""
        sql = "UPDATE agents SET last_heartbeat = now(), status = 'active' WHERE agent_name = %s"
        return self._run((sql, (agent_name,)))[0][0] == 1

    def deregister(self, agent_name: str) -> None:
        """Says that the agent has ended."""
        self._run(("UPDATE agents SET status = 'inactive' WHERE agent_name = %s", (agent_name,)))

    def add(self, tasks: Iterable[Task]) -> None:
        """Puts tasks into the queue, all or none."""
        self._run(
            *(
                (
                    """INSERT INTO task_states (task_id, task_type, state, priority, created_at, updated_at, metadata)
                    VALUES (%s, %s, 'queued', %s, now(), now(), %s)""",
                    (task.task_id, task.task_type, task.priority, self._json(task.metadata)),
                )
                for task in tasks
            )
        )

    def claim(self, agent_name: str, task_types: Iterable[str]) -> Optional[Task]:
        """The next task for this agent, which has it from now on."""
        found = self._run(
            (
                """SELECT task_id, task_type, priority, created_at, metadata FROM task_states
                WHERE state = 'queued' AND task_type = ANY(%s) AND (agent_name IS NULL OR agent_name = %s)
                ORDER BY array_position(%s, priority::text), created_at LIMIT 10""",
                (list(task_types), agent_name, list(PRIORITIES)),
            )
        )[0][1]
        for task_id, task_type, priority, created_at, metadata in found:
            taken = self._run(
                (
                    """UPDATE task_states SET agent_name = %s, state = 'in_progress', updated_at = now()
                    WHERE task_id = %s AND state = 'queued' AND (agent_name IS NULL OR agent_name = %s)""",
                    (agent_name, task_id, agent_name),
                )
            )[0][0]
            # Somebody else was faster with this one otherwise.
            if taken == 1:
                return Task(
                    task_type,
                    metadata or {},
                    priority,
                    task_id,
                    created_at,
                    agent_name,
                    "in_progress",
                    time.monotonic(),
                )
        return None

    def finish(self, task: Task, outcome: Outcome) -> bool:
        """Ends a claimed task and writes its history; False when it was taken away meanwhile."""
        duration_ms = int((time.monotonic() - task.claimed) * 1000)
        results = self._run(
            (
                """UPDATE task_states SET state = %s, updated_at = now(), completed_at = now()
                WHERE task_id = %s AND agent_name = %s AND state = 'in_progress'""",
                (outcome.state, task.task_id, task.agent_name),
            ),
            (
                """INSERT INTO task_history (task_id, task_type, agent_name, state, priority, created_at,
                completed_at, duration_ms, success, error_type, error_message, metadata)
                VALUES (%s, %s, %s, %s, %s, %s, now(), %s, %s, %s, %s, %s)""",
                (
                    task.task_id,
                    task.task_type,
                    task.agent_name,
                    outcome.state,
                    task.priority,
                    task.created_at,
                    duration_ms,
                    outcome.success,
                    outcome.error_type,
                    outcome.error_message,
                    self._json({**task.metadata, **outcome.metadata}),
                ),
            ),
        )
        return len(results) == 2

    def unfinished(self, task_ids: Iterable[str]) -> int:
        """How many of these tasks are queued or in progress."""
        sql = "SELECT task_id FROM task_states WHERE task_id = ANY(%s) AND state IN ('queued', 'in_progress')"
        return len(self._run((sql, (list(task_ids),)))[0][1])

    def dispatch(self) -> list[Task]:
        """Gives queued tasks that nobody has to active agents with the skill, the idlest first."""
        agents, waiting = self._run(
            (
                """SELECT agent.agent_name, agent.capabilities, (SELECT count(*) FROM task_states task
                WHERE task.agent_name = agent.agent_name AND task.state IN ('queued', 'in_progress'))
                FROM agents agent WHERE agent.status = 'active' ORDER BY agent.agent_name""",
                (),
            ),
            (
                """SELECT task_id, task_type, priority, metadata FROM task_states
                WHERE state = 'queued' AND agent_name IS NULL
                ORDER BY array_position(%s, priority::text), created_at LIMIT %s""",
                (list(PRIORITIES), DISPATCH_AT_ONCE),
            ),
            whatever=True,
        )
        tasks = [Task(kind, meta or {}, priority, id) for id, kind, priority, meta in waiting[1]]
        skills = {name: (known or {}).get("skills", []) for name, known, _ in agents[1]}
        chosen = assign(tasks, skills, {name: load for name, _, load in agents[1]})
        sql = """UPDATE task_states SET agent_name = %s, updated_at = now()
            WHERE task_id = %s AND state = 'queued' AND agent_name IS NULL"""
        return [task for task in chosen if self._run((sql, (task.agent_name, task.task_id)))[0][0]]

    def bury(self, silent_seconds: float) -> tuple[list[str], list[tuple[str, str]]]:
        """Marks agents that were silent too long; their tasks return to the queue, named with who had them."""
        marked = self._run(
            (
                """UPDATE agents SET status = 'inactive' WHERE status = 'active'
                AND (last_heartbeat IS NULL OR last_heartbeat < now() - make_interval(secs => %s))
                RETURNING agent_name""",
                (silent_seconds,),
            )
        )[0][1]
        returned = self._run(
            (
                """UPDATE task_states task SET agent_name = NULL, state = 'queued', updated_at = now()
                FROM task_states before JOIN agents agent ON agent.agent_name = before.agent_name
                WHERE task.task_id = before.task_id AND agent.status = 'inactive'
                AND before.state IN ('queued', 'in_progress') AND task.agent_name = before.agent_name
                RETURNING task.task_id, agent.agent_name""",
                (),
            )
        )[0][1]
        return [name for (name,) in marked], [(task_id, name) for task_id, name in returned]
