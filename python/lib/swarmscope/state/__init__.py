"""Tasks and agents as agents keep them: plain SQL on the contract's columns, or a table in the process.

PostgreSQL when DATABASE_URL or POSTGRES_HOST is set. `open_state` decides once; both kinds answer the
same calls. A PostgreSQL state is for one thread; `another()` gives one for the next.
"""

from __future__ import annotations

import os
from typing import Union

from ._local import LocalState
from ._model import Outcome, StateError, Task
from ._postgres import PostgresState

__all__ = [
    "HOW_TO_CONFIGURE",
    "LocalState",
    "Outcome",
    "PostgresState",
    "StateError",
    "Task",
    "open_state",
]

#: What has to be set for a program to use a database.
HOW_TO_CONFIGURE = (
    "set DATABASE_URL, or POSTGRES_HOST with POSTGRES_PORT, POSTGRES_DB, POSTGRES_USER and POSTGRES_PASSWORD"
)


def open_state() -> Union[PostgresState, LocalState]:
    """The state that the environment names."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return PostgresState(url)
    if os.environ.get("POSTGRES_HOST"):
        return PostgresState(
            "",
            host=os.environ["POSTGRES_HOST"],
            port=os.environ.get("POSTGRES_PORT", "5432"),
            dbname=os.environ.get("POSTGRES_DB", "orchestrator_db"),
            user=os.environ.get("POSTGRES_USER", "orchestrator_admin"),
            password=os.environ.get("POSTGRES_PASSWORD", "orchestrator_password"),
        )
    return LocalState()
