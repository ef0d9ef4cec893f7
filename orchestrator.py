#!/usr/bin/env python3
"""The orchestrator in Python: a reference for who dispatches tasks and watches agents.

Gives queued tasks to active agents that have the skill, and takes tasks back from agents whose heartbeat
stops. With PostgreSQL (DATABASE_URL, or POSTGRES_HOST and its companions) tasks and agents are the rows
of the contract's tables; without, it has tasks and one agent of its own in the process. Settings, from
the environment:

    METRICS_PORT         8000     AGENT_SILENT_SECONDS    30: an agent silent for longer is dead
    LOG_LEVEL            INFO     ORCHESTRATOR_PAUSE      1: seconds between rounds
    ORCHESTRATOR_ROUNDS  end after so many rounds (unset: run until SIGTERM or SIGINT)

`swarmscope orchestrator` is the one for production: leases, fencing tokens, retries, an HTTP API.
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
from swarmscope.state import HOW_TO_CONFIGURE, Outcome, StateError, Task, open_state

NAME = "orchestrator"
SILENT_SECONDS = float(os.environ.get("AGENT_SILENT_SECONDS", "30"))
PAUSE = float(os.environ.get("ORCHESTRATOR_PAUSE", "1"))
LOCAL_AGENT = "local_agent"
LOCAL_TYPES = ("research", "content_generation", "editing", "fact_checking")

logger = setup_logger("orchestrator")
stopping = threading.Event()


def event(severity, event_type, message, agent_name=NAME, **metadata):
    log(logger, severity, message, agent_name, event_type, metadata)


def round_of_work(state):
    """Buries the dead, then gives out what waits."""
    dead, returned = state.bury(SILENT_SECONDS)
    for agent in dead:
        increment_errors(error_type="agent_lost")
        event("ERROR", "agent_lost", f"Agent {agent} was silent for {SILENT_SECONDS:g} s", lost_agent=agent)
    for task_id, agent in returned:
        with correlation(task_id):
            event("WARNING", "task_requeued", f"Task {task_id} returns to the queue from {agent}",
                  task_id=task_id, lost_agent=agent)
    for task in state.dispatch():
        increment_tasks_dispatched(task_type=task.task_type)
        with correlation(task.task_id):
            event("INFO", "task_dispatch", f"Task {task.task_id} goes to {task.agent_name}",
                  task_id=task.task_id, task_type=task.task_type, assigned_agent=task.agent_name)


def do(state, task):
    """The local agent's work: the words of the task's text, counted."""
    with correlation(task.task_id):
        event("INFO", "task_received", f"Received task {task.task_id}", LOCAL_AGENT, task_id=task.task_id)
        increment_active_tasks(agent_type="local_agent")
        with TaskTimer(task_type=task.task_type):
            words = collections.Counter(task.metadata["text"].split())
        state.finish(task, Outcome(True))
        decrement_active_tasks(agent_type="local_agent")
        event("INFO", "task_completed", f"Completed task {task.task_id}", LOCAL_AGENT,
              task_id=task.task_id, words=sum(words.values()))


def local_agent(state):
    """Without a database: an agent in this process."""
    state.register(LOCAL_AGENT, "local_agent", LOCAL_TYPES)
    event("INFO", "agent_registered", f"Agent {LOCAL_AGENT} registered", LOCAL_AGENT, skills=LOCAL_TYPES)
    while not stopping.wait(PAUSE / 4):
        state.heartbeat(LOCAL_AGENT)
        while (task := state.claim(LOCAL_AGENT, LOCAL_TYPES)) is not None:
            do(state, task)
    state.deregister(LOCAL_AGENT)


def local_tasks(number):
    """Without a database: a task of each type a round, about the text of this file."""
    with open(__file__, encoding="utf-8") as source:
        text = source.read()
    return [Task(task_type, {"text": text, "round": number}) for task_type in LOCAL_TYPES]


def main():
    rounds = int(os.environ.get("ORCHESTRATOR_ROUNDS", "0"))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    port = start_metrics_server(int(os.environ.get("METRICS_PORT", "8000")))
    event("INFO", "system_startup", "Orchestrator started", metrics_port=port)
    state, worker, done = open_state(), None, 0
    if state.local:
        event("WARNING", "database_not_configured",
              f"No database: tasks and one agent are in this process alone; {HOW_TO_CONFIGURE}")
        worker = threading.Thread(target=local_agent, args=(state,))
        worker.start()
    while not stopping.is_set() and (not rounds or done < rounds):
        try:
            if state.local:
                state.add(local_tasks(done))
            round_of_work(state)
        except StateError as error:
            increment_errors(error_type="transient")
            event("ERROR", "operation_failed", f"Round {done} failed: {error}")
        done += 1
        stopping.wait(PAUSE)
    stopping.set()
    if worker is not None:
        worker.join()
    state.close()
    event("INFO", "system_shutdown", "Orchestrator ends", rounds=done)


if __name__ == "__main__":
    sys.exit(main())
