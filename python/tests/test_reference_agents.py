"""`orchestrator.py` and `test_agent.py` as people start them, at the root of the repository."""

from __future__ import annotations

import collections
import json
import pathlib
import signal
import subprocess
import sys

import psycopg
import pytest
from conftest import environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTCOMES = {"task_completed": 3, "task_failed": 3}


def settings(**changes):
    return environment(METRICS_PORT=0, HEARTBEAT_SECONDS="0.5", **changes)


def finished(script, timeout=60, **env):
    done = subprocess.run(
        [sys.executable, script],
        cwd=ROOT,
        env=settings(**env),
        capture_output=True,
        timeout=timeout,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.split(b"\n")[:-1]]


def counted(events):
    return collections.Counter(event["event_type"] for event in events)


class Running:
    """A program under way, read line by line."""

    def __init__(self, script, **env):
        self.process = subprocess.Popen(
            [sys.executable, script], cwd=ROOT, env=settings(**env), stdout=subprocess.PIPE
        )
        self.events = []

    def until(self, event_type, count=1):
        """The event that is the `count`th of its type."""
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if counted(self.events)[event_type] >= count:
                return self.events[-1]
        raise AssertionError(f"ended without {count} {event_type}: {self.events}")

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.communicate(timeout=30)[0]
        self.events += [json.loads(line) for line in rest.split(b"\n")[:-1]]
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def test_the_test_agent_without_a_database():
    events = finished("test_agent.py", TEST_AGENT_TASKS=6)
    kinds = counted(events)
    expected = {
        "system_startup": 1,
        "database_not_configured": 1,
        "agent_registered": 1,
        "test_task_created": 6,
        "test_tasks_batch_created": 1,
        "task_received": 6,
        "task_processing": 6,
        **OUTCOMES,
        "transient_error_retry": 4,
        "max_retries_exceeded": 1,
        "permanent_error": 1,
        "unexpected_error": 1,
        "system_shutdown": 1,
    }
    assert kinds.pop("agent_heartbeat") >= 3
    assert kinds == expected
    warning = next(event for event in events if event["event_type"] == "database_not_configured")
    assert warning["severity"] == "WARNING" and "DATABASE_URL" in warning["message"]
    of_tasks = collections.defaultdict(list)
    for event in events:
        if "correlation_id" in event["metadata"]:
            of_tasks[event["metadata"]["correlation_id"]].append(event["event_type"])
    assert len(of_tasks) == 6
    assert [
        "test_task_created",
        "task_received",
        "task_processing",
        "permanent_error",
        "task_failed",
    ] in of_tasks.values()


def test_the_test_agent_on_postgresql(database):
    events = finished("test_agent.py", TEST_AGENT_TASKS=6, DATABASE_URL=database)
    kinds = counted(events)
    assert {kind: kinds[kind] for kind in OUTCOMES} == OUTCOMES
    assert "database_not_configured" not in kinds
    with psycopg.connect(database) as connection:
        agents = connection.execute("SELECT agent_name, status, capabilities FROM agents").fetchall()
        assert agents == [("test_agent", "inactive", {"skills": ["test_task"]})]
        states = "SELECT state, count(*), count(completed_at) FROM task_states GROUP BY state"
        assert sorted(connection.execute(states)) == [("completed", 3, 3), ("failed", 3, 3)]
        history = """SELECT success, error_type, count(*), min(duration_ms) >= 0, count(created_at)
            FROM task_history WHERE agent_name = 'test_agent' GROUP BY 1, 2 ORDER BY 1, 2"""
        assert connection.execute(history).fetchall() == [
            (False, "permanent", 1, True, 1),
            (False, "transient", 1, True, 1),
            (False, "unexpected", 1, True, 1),
            (True, None, 3, True, 3),
        ]


def test_an_agent_whose_database_is_away_says_so_and_ends_when_told():
    with Running("test_agent.py", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none") as agent:
        failed = agent.until("agent_registration_failed")
        assert failed["severity"] == "ERROR"
        assert failed["metadata"]["exception"]["type"] == "StateError"
        assert agent.terminate() == 0
    assert agent.events[-1]["event_type"] == "system_shutdown"


def test_a_database_that_goes_away_is_waited_for(cluster):
    url = cluster.database("goes_away")
    with Running("test_agent.py", DATABASE_URL=url, TEST_AGENT_PAUSE=600) as agent:
        agent.until("agent_heartbeat")
        cluster.stop()
        failed = agent.until("heartbeat_failed")
        assert failed["severity"] == "ERROR"
        cluster.start()
        seen = counted(agent.events)["agent_heartbeat"]
        agent.until("agent_heartbeat", seen + 1)
        assert agent.terminate() == 0


def test_the_orchestrator_without_a_database():
    events = finished("orchestrator.py", ORCHESTRATOR_ROUNDS=3, ORCHESTRATOR_PAUSE="0.4")
    kinds = counted(events)
    assert (kinds["system_startup"], kinds["system_shutdown"]) == (1, 1)
    assert kinds["database_not_configured"] == 1
    assert kinds["task_dispatch"] >= 8
    dispatched = {
        event["metadata"]["correlation_id"]
        for event in events
        if event["event_type"] == "task_dispatch"
    }
    completed = {
        event["metadata"]["correlation_id"]
        for event in events
        if event["event_type"] == "task_completed"
    }
    assert len(completed) >= 4 and completed <= dispatched


def test_the_orchestrator_dispatches_and_takes_a_dead_agents_task_back(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO agents VALUES ('doomed', 't', 'active', now(), '{"skills": ["test_task"]}', '{}')"""
        )
        connection.execute(
            "INSERT INTO task_states VALUES ('t1', 'test_task', NULL, 'queued', 'high', now(), now(), NULL, '{\"text\": \"a b\"}')"
        )
        env = {"DATABASE_URL": database, "AGENT_SILENT_SECONDS": "2", "ORCHESTRATOR_PAUSE": "0.2"}
        with Running("orchestrator.py", **env) as orchestrator:
            given = orchestrator.until("task_dispatch")
            assert given["metadata"]["assigned_agent"] == "doomed"
            # 'doomed' takes it, in the words of the contract, and is never heard of again.
            claim = """UPDATE task_states SET agent_name='doomed', state='in_progress'
                WHERE task_id='t1' AND (agent_name IS NULL OR agent_name='doomed')"""
            assert connection.execute(claim).rowcount == 1
            assert orchestrator.until("agent_lost")["metadata"]["lost_agent"] == "doomed"
            assert orchestrator.until("task_requeued")["metadata"]["correlation_id"] == "t1"
            with Running("test_agent.py", DATABASE_URL=database, TEST_AGENT_PAUSE=600) as agent:
                while agent.until("task_completed")["metadata"]["correlation_id"] != "t1":
                    agent.events.clear()
                assert agent.terminate() == 0
            assert orchestrator.terminate() == 0
            assert orchestrator.events[-1]["event_type"] == "system_shutdown"
        done = connection.execute("SELECT agent_name, state FROM task_states WHERE task_id='t1'")
        assert done.fetchall() == [("test_agent", "completed")]


def test_the_roots_modules_are_the_packages_and_name_the_command_without_it(tmp_path):
    check = "import logger_util, metrics, swarmscope; print(logger_util.log is swarmscope.log and " \
        "metrics.TaskTimer is swarmscope.TaskTimer, logger_util.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", str(ROOT / "logger_util.py")]
    for module in ("logger_util", "metrics"):
        # -S leaves the installed packages out, as on a machine that has none of them.
        done = subprocess.run(
            [sys.executable, "-S", "-c", f"import {module}"], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "pip install -r requirements.txt" in done.stderr.splitlines()[-1]


def test_run_test_agent_runs_it_in_the_environment_that_is_there():
    venv = pathlib.Path(sys.prefix)
    if not (venv / "bin" / "python").exists() or venv == pathlib.Path(sys.base_prefix):
        pytest.skip("the tests do not run in a virtual environment")
    done = subprocess.run(
        ["./run_test_agent.sh"],
        cwd=ROOT,
        env=settings(TEST_AGENT_TASKS=1, VENV=venv),
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    assert b'"task_completed"' in done.stdout
