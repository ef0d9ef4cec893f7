"""Tasks in parts, deadlines and cancellations of `swarmscope.agent`, against a real orchestrator."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from postgres import free_port
from swarmscope.agent import Agent, FanOut, TaskOver, TransientError

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def binary():
    """The binary that was built, as `scripts/swarmscope` finds it."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [target / profile / "swarmscope" for profile in ("release", "debug")]
    candidates = [os.environ.get("SWARMSCOPE_BINARY"), *built, shutil.which("swarmscope")]
    return next((str(path) for path in candidates if path and os.access(path, os.X_OK)), None)


pytestmark = pytest.mark.skipif(binary() is None, reason="the swarmscope binary is not built")


class Orchestrator:
    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        url = f"{self.url}/api/v1/{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    def submit(self, task_id, task_type, **fields):
        task = {"task_id": task_id, "task_type": task_type, **fields}
        return self.call("POST", "tasks", task)

    def reaches(self, task_id, state):
        deadline = time.monotonic() + PATIENCE
        while True:
            detail = self.call("GET", f"tasks/{task_id}")
            if detail["task"]["state"] == state:
                return detail
            assert time.monotonic() < deadline, detail
            time.sleep(0.05)


@pytest.fixture(scope="module")
def orchestrator(tmp_path_factory):
    address = f"127.0.0.1:{free_port()}"
    data = str(tmp_path_factory.mktemp("state"))
    command = [binary(), "orchestrator", "--listen", address, "--data", data]
    process = subprocess.Popen(
        [*command, "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    made = Orchestrator(f"http://{address}")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            made.call("GET", "tasks")
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, "the orchestrator does not answer"
            time.sleep(0.05)
    yield made
    process.stdin.close()
    process.wait(timeout=30)


@contextlib.contextmanager
def running(orchestrator, name, handlers):
    agent = Agent(name, handlers, orchestrator=orchestrator.url, lease=0.9)
    thread = threading.Thread(target=agent.run)
    thread.start()
    try:
        yield agent
    finally:
        agent.stop()
        thread.join(timeout=PATIENCE)
    assert not thread.is_alive()


def count_line(task):
    return {"words": len(task.metadata["text"].split())}


def count_words(task):
    parts = task.parts()
    if not parts:
        lines = task.metadata["text"].splitlines()
        return FanOut([{"task_type": "count_line", "metadata": {"text": line}} for line in lines])
    return {"words": sum(part.result["words"] for part in parts), "parts": len(parts)}


def test_a_task_waits_for_its_parts_and_gathers_what_they_gave(orchestrator, capfd):
    handlers = {"count_words": count_words, "count_line": count_line}
    with running(orchestrator, "counter", handlers):
        text = {"text": "three short words\none\ntwo more", "correlation_id": "c-1"}
        orchestrator.submit("sum", "count_words", metadata=text)
        done = orchestrator.reaches("sum", "completed")
    assert [attempt["state"] for attempt in done["attempts"]] == ["waiting", "completed"]
    assert done["attempts"][1]["metadata"]["result"] == {"words": 6, "parts": 3}
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    [waits] = [event for event in events if event["event_type"] == "task_fanned_out"]
    assert waits["metadata"]["parts"] == 3
    assert waits["metadata"]["correlation_id"] == "c-1"


def test_a_handler_may_leave_the_end_to_its_parts(orchestrator):
    def split(task):
        part = {"task_type": "count_line", "metadata": {"text": "one"}}
        return FanOut([part], then="complete")

    with running(orchestrator, "splitter", {"split": split, "count_line": count_line}):
        orchestrator.submit("split", "split")
        done = orchestrator.reaches("split", "completed")
    assert [attempt["state"] for attempt in done["attempts"]] == ["waiting"]


def test_a_part_that_fails_fails_the_task_and_no_handler_gets_it_again(orchestrator):
    def refuse(task):
        raise ValueError("no")

    handlers = {"count_words": count_words, "count_line": refuse}
    with running(orchestrator, "refuser", handlers):
        orchestrator.submit("refused", "count_words", metadata={"text": "one"})
        failed = orchestrator.reaches("refused", "failed")
    assert [attempt["state"] for attempt in failed["attempts"]] == ["waiting"]


@pytest.fixture
def watched():
    """A handler that says how much time there is, and then why it stops."""
    told = queue.Queue()

    def watch(task):
        told.put(task.remaining)
        try:
            task.sleep(PATIENCE)
        except TaskOver:
            told.put(task.is_over)
            raise

    return watch, told


def test_a_handler_sees_its_deadline_and_stops_when_it_has_passed(orchestrator, watched, capfd):
    watch, told = watched
    with running(orchestrator, "watcher", {"watch": watch}):
        orchestrator.submit("late", "watch", deadline_ms=2000)
        assert 0 <= told.get(timeout=PATIENCE) <= 2
        assert told.get(timeout=PATIENCE) is True
        orchestrator.reaches("late", "failed")
    kinds = [json.loads(line)["event_type"] for line in capfd.readouterr().out.splitlines()]
    assert "stale_claim" in kinds
    assert "unexpected_error" not in kinds


def test_a_handler_learns_that_its_task_was_cancelled(orchestrator, watched):
    watch, told = watched
    with running(orchestrator, "watcher", {"watch": watch}):
        orchestrator.submit("unwanted", "watch")
        assert told.get(timeout=PATIENCE) is None
        orchestrator.call("POST", "tasks/unwanted/cancel", {})
        assert told.get(timeout=PATIENCE) is True


def test_parts_that_cannot_be_asked_for_are_worth_another_try(orchestrator):
    agent = Agent("lost", {"count_words": count_words}, orchestrator="http://127.0.0.1:1")
    with pytest.raises(TransientError, match="no answer"):
        agent._parts("t")
