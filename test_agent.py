#!/usr/bin/env python3
"""The test agent: a reference for agents in Python, and a source of every kind of event.

Registers, creates test tasks, claims and does them, fails in all three classes, and sends heartbeats.
With PostgreSQL (DATABASE_URL, or POSTGRES_HOST and its companions) the tasks are rows of task_states;
without, they are in the process. Settings, from the environment:

    TEST_AGENT_NAME   test_agent      TEST_AGENT_TASKS  create so many tasks, do them, and exit
    METRICS_PORT      8001            HEARTBEAT_SECONDS 5
    LOG_LEVEL         INFO            TEST_AGENT_PAUSE  30: seconds between batches without TEST_AGENT_TASKS
"""

import collections
import os
import signal
import sys
import threading

from logger_util import correlation, log, setup_logger
from metrics import (
    TaskTimer,
    decrement_active_tasks,
    increment_active_tasks,
    increment_errors,
    increment_tasks_dispatched,
    start_metrics_server,
)
from swarmscope.errors import PermanentError, TransientError, retry
from swarmscope.state import HOW_TO_CONFIGURE, Outcome, StateError, Task, open_state

NAME = os.environ.get("TEST_AGENT_NAME", "test_agent")
AGENT_TYPE = "test_agent"
TASK_TYPE = "test_task"
HEARTBEAT_SECONDS = float(os.environ.get("HEARTBEAT_SECONDS", "5"))
BATCH = 6
TEXT = "the quick brown fox jumps over the lazy dog and the dog sleeps"

# What the tasks of a batch are like, in turn: the second and the last find a source that does not answer
# (for one attempt, for ever), the third has no text, the fourth has a text that is none.
KINDS = ({"text": TEXT}, {"text": TEXT, "unanswered": 1}, {}, {"text": 42}, {"text": TEXT}, {"text": TEXT, "unanswered": 99})

logger = setup_logger("test_agent")
stopping = threading.Event()


def event(severity, event_type, message, **metadata):
    log(logger, severity, message, NAME, event_type, metadata)


def register(state):
    """Registers, for as long as it takes: the database may still be starting."""
    wait = 0.5
    while not stopping.is_set():
        try:
            state.register(NAME, AGENT_TYPE, [TASK_TYPE])
        except StateError as error:
            increment_errors(error_type="transient")
            event("ERROR", "agent_registration_failed", f"Registration failed: {error}", next_try_seconds=wait)
            stopping.wait(wait)
            wait = min(wait * 2, 10)
        else:
            event("INFO", "agent_registered", f"Agent {NAME} registered", skills=[TASK_TYPE])
            return True
    return False


def send_heartbeats(state):
    """Runs in a thread of its own, with a connection of its own: work does not hold up a heartbeat."""
    while not stopping.wait(HEARTBEAT_SECONDS):
        try:
            if not state.heartbeat(NAME):
                state.register(NAME, AGENT_TYPE, [TASK_TYPE])
            event("INFO", "agent_heartbeat", f"Heartbeat of {NAME}")
        except StateError as error:
            increment_errors(error_type="transient")
            event("ERROR", "heartbeat_failed", f"Heartbeat failed: {error}")
    state.close()


@retry(transient=(StateError,), logger=logger, agent_name=NAME)
def create_tasks(state, count):
    """Puts `count` test tasks into the queue; their ids."""
    tasks = [Task(TASK_TYPE, dict(KINDS[n % len(KINDS)]), ("high", "medium", "low")[n % 3]) for n in range(count)]
    state.add(tasks)
    for task in tasks:
        with correlation(task.task_id):
            event("INFO", "test_task_created", f"Created test task {task.task_id}", priority=task.priority)
        increment_tasks_dispatched(task_type=task.task_type)
    event("INFO", "test_tasks_batch_created", f"Created {count} test tasks", count=count)
    return [task.task_id for task in tasks]


def word_counts(task, attempts):
    """The work: how often each word of the task's text occurs."""
    attempts[0] += 1
    if attempts[0] <= task.metadata.get("unanswered", 0):
        raise TransientError(f"the source did not answer attempt {attempts[0]}")
    if "text" not in task.metadata:
        raise PermanentError("the task has no text")
    return dict(collections.Counter(task.metadata["text"].split()).most_common(3))


def attempt(task):
    """Does the task with retries; how it ended. The events of failures are `retry`'s."""
    work = retry(word_counts, logger=logger, agent_name=NAME)
    try:
        return Outcome(True, metadata={"word_counts": work(task, [0])})
    except TransientError as error:
        return Outcome(False, "transient", str(error))
    except PermanentError as error:
        return Outcome(False, "permanent", str(error))
    except Exception as error:
        return Outcome(False, "unexpected", f"{type(error).__name__}: {error}")


def do(state, task):
    """One claimed task from its receipt to its end."""
    with correlation(task.task_id):
        event("INFO", "task_received", f"Received task {task.task_id}", task_id=task.task_id, priority=task.priority)
        increment_active_tasks(agent_type=AGENT_TYPE)
        try:
            event("INFO", "task_processing", f"Processing task {task.task_id}", task_id=task.task_id)
            with TaskTimer(task_type=task.task_type):
                outcome = attempt(task)
            if not finish(state, task, outcome):
                event("WARNING", "task_failed", f"Task {task.task_id} was taken away meanwhile", task_id=task.task_id)
            elif outcome.success:
                event("INFO", "task_completed", f"Completed task {task.task_id}", task_id=task.task_id, **outcome.metadata)
            else:
                event("ERROR", "task_failed", f"Task {task.task_id} failed: {outcome.error_message}",
                      task_id=task.task_id, error_type=outcome.error_type)
        finally:
            decrement_active_tasks(agent_type=AGENT_TYPE)


@retry(transient=(StateError,), logger=logger, agent_name=NAME)
def finish(state, task, outcome):
    return state.finish(task, outcome)


def work_through(state, task_ids):
    """Claims and does tasks until these are done, whoever does them, or the agent is to stop."""
    while not stopping.is_set():
        try:
            task = state.claim(NAME, [TASK_TYPE])
            if task is not None:
                do(state, task)
            elif state.unfinished(task_ids) == 0:
                return
            else:
                stopping.wait(0.2)
        except StateError as error:
            increment_errors(error_type="transient")
            event("ERROR", "operation_failed", f"Cannot claim tasks: {error}")
            stopping.wait(1)


def main():
    bound = int(os.environ.get("TEST_AGENT_TASKS", "0"))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    port = start_metrics_server(int(os.environ.get("METRICS_PORT", "8001")))
    event("INFO", "system_startup", f"Agent {NAME} started", metrics_port=port)
    state, failed = open_state(), None
    if state.local:
        event("WARNING", "database_not_configured", f"No database: tasks are in this process alone; {HOW_TO_CONFIGURE}")
    if register(state):
        heart = threading.Thread(target=send_heartbeats, args=(state.another(),))
        heart.start()
        try:
            while not stopping.is_set():
                work_through(state, create_tasks(state, bound or BATCH))
                if bound:
                    break
                stopping.wait(float(os.environ.get("TEST_AGENT_PAUSE", "30")))
            state.deregister(NAME)
        except StateError as error:
            # Said by `retry` before; whoever started the agent is told by its exit code.
            failed = str(error)
        stopping.set()
        heart.join()
        state.close()
    event("INFO", "system_shutdown", f"Agent {NAME} ends")
    return failed and 1


if __name__ == "__main__":
    sys.exit(main())
