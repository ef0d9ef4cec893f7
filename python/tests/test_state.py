"""The state's calls mean the same in the process and in PostgreSQL."""

from __future__ import annotations

import threading
import time

import pytest
from swarmscope.state import LocalState, Outcome, PostgresState, StateError, Task, open_state


@pytest.fixture(params=["local", "postgres"])
def state(request):
    if request.param == "local":
        yield LocalState()
        return
    cluster = request.getfixturevalue("cluster")
    name = "state_" + request.node.name.split("[")[0]
    opened = PostgresState(cluster.database(name))
    yield opened
    opened.close()


def test_tasks_are_claimed_once_by_priority_and_finished_by_their_owner(state):
    state.add([Task("edit", {"n": n}, priority) for n, priority in enumerate(("low", "high", "medium"))])
    state.add([Task("other", {})])
    claimed = [state.claim("a", ["edit"]) for _ in range(4)]
    assert [task and task.metadata["n"] for task in claimed] == [1, 2, 0, None]
    first, second, third, _ = claimed
    assert state.finish(first, Outcome(True))
    assert not state.finish(first, Outcome(True)), "a finished task cannot end twice"
    second.agent_name = "b"
    assert not state.finish(second, Outcome(True)), "only who has a task may end it"
    assert state.unfinished([task.task_id for task in claimed if task]) == 2
    assert state.finish(third, Outcome(False, "permanent", "no text"))


def test_two_claim_at_the_same_time_and_no_task_goes_twice(state):
    state.add([Task("edit", {"n": n}) for n in range(60)])
    taken = []

    def claim(name):
        mine = state.another()
        while (task := mine.claim(name, ["edit"])) is not None:
            taken.append(task.metadata["n"])
        mine.close()

    threads = [threading.Thread(target=claim, args=(f"a{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A claimer may meet only tasks that others were faster with, and stop early; what is left is whole.
    while (task := state.claim("last", ["edit"])) is not None:
        taken.append(task.metadata["n"])
    assert sorted(taken) == list(range(60))


def test_dispatch_goes_to_the_idlest_agent_that_can_and_binds_the_task_to_it(state):
    state.register("able", "t", ["edit"])
    state.register("busy", "t", ["edit", "write"])
    state.register("gone", "t", ["edit"])
    state.deregister("gone")
    state.add([Task("write")])
    assert [task.agent_name for task in state.dispatch()] == ["busy"]
    state.add([Task("edit"), Task("nobody_can")])
    [given] = state.dispatch()
    assert given.agent_name == "able"
    assert state.dispatch() == []
    assert state.claim("busy", ["edit"]) is None
    assert state.claim("able", ["edit"]).task_id == given.task_id


def test_tasks_of_a_silent_agent_return_to_the_queue(state):
    state.register("silent", "t", ["edit"])
    state.register("alive", "t", ["edit"])
    state.add([Task("edit")])
    task = state.claim("silent", ["edit"])
    time.sleep(3.1)
    assert state.heartbeat("alive") and not state.heartbeat("unknown")
    # Long enough for a busy machine to come to this line before the other one counts as silent.
    assert state.bury(3) == (["silent"], [(task.task_id, "silent")])
    assert state.bury(3) == ([], [])
    again = state.claim("alive", ["edit"])
    assert again.task_id == task.task_id
    assert not state.finish(task, Outcome(True)), "the dead agent has lost its task"
    assert state.finish(again, Outcome(True))


def test_the_environment_decides(monkeypatch):
    for name in ("DATABASE_URL", "POSTGRES_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert open_state().local
    monkeypatch.setenv("POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("POSTGRES_PORT", "1")
    state = open_state()
    assert not state.local
    with pytest.raises(StateError, match="the database failed"):
        state.heartbeat("a")


def test_all_tasks_or_none_are_added(database):
    state = PostgresState(database)
    doubled = Task("edit")
    with pytest.raises(StateError):
        state.add([Task("edit"), doubled, doubled])
    assert state.claim("a", ["edit"]) is None
    state.close()
