"""The task loop of `swarmscope.agent` against an orchestrator of the test's own, over real HTTP."""

import collections
import http.server
import json
import logging
import threading
import time

import pytest

from swarmscope import _reports
from swarmscope.agent import Agent, PermanentError, TransientError

TASK = {
    "task_type": "add",
    "priority": "medium",
    "retry_count": 0,
    "max_retries": 3,
    "fencing_token": 7,
    "state": "in_progress",
}


class Orchestrator:
    """Gives out what is in `queue`, and keeps every call."""

    def __init__(self):
        self.queue = collections.deque()
        self.calls = []
        self.answers = {}
        # How many answers of a path end before all is said that they announce.
        self.cut_off = collections.Counter()
        orchestrator = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length) or "null")
                status, reply = orchestrator.answer(self.path, body)
                data = json.dumps(reply).encode() if reply is not None else b""
                self.send_response(status)
                self.send_header("content-length", str(len(data) + orchestrator.missing(self.path)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path, body):
        path = path.removeprefix("/api/v1/")
        self.calls.append((path, body))
        if path in self.answers:
            return self.answers[path].popleft() if self.answers[path] else (200, {})
        if path.endswith("/claim"):
            if self.queue:
                return 200, {"task": self.queue.popleft()}
            time.sleep(0.02)
            return 204, None
        return 200, {}

    def missing(self, path):
        path = path.removeprefix("/api/v1/")
        if not self.cut_off[path]:
            return 0
        self.cut_off[path] -= 1
        return 10

    def bodies(self, ending):
        return [body for path, body in self.calls if path.endswith(ending)]


@pytest.fixture
def orchestrator():
    made = Orchestrator()
    yield made
    made.server.shutdown()
    made.server.server_close()


def run(agent, until):
    thread = threading.Thread(target=agent.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not until() and time.monotonic() < deadline:
        time.sleep(0.01)
    agent.stop()
    thread.join(timeout=30)
    assert not thread.is_alive()


def add(task):
    return {"sum": task.metadata["a"] + task.metadata["b"]}


def task(task_id, **metadata):
    return {**TASK, "task_id": task_id, "metadata": metadata}


def test_a_task_is_claimed_worked_on_and_reported(orchestrator, capfd):
    orchestrator.queue.append(task("t-1", a=2, b=3, correlation_id="c-1"))
    agent = Agent("adder", {"add": add}, orchestrator=orchestrator.url)
    run(agent, lambda: orchestrator.bodies("/complete"))
    paths = [path for path, _ in orchestrator.calls]
    assert paths[0] == "agents"
    assert paths[-1] == "agents/adder/deregister"
    assert orchestrator.bodies("agents")[0]["capabilities"] == {"skills": ["add"]}
    [completed] = orchestrator.bodies("tasks/t-1/complete")
    assert completed == {"agent_name": "adder", "fencing_token": 7, "result": {"sum": 5}}
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    kinds = [event["event_type"] for event in events]
    expected = ["system_startup", "agent_registered", "task_claimed", "task_completed"]
    assert kinds == ["events_accounted", *expected, "system_shutdown", "events_accounted"]
    assert events[4]["metadata"]["correlation_id"] == "c-1"
    first, last = events[0]["metadata"], events[-1]["metadata"]
    assert (first["stage"], last["stage"]) == ("first", "last")
    assert first["writer"] == last["writer"]
    # What stands in for stdout here takes the events between; the process itself has emitted its reports.
    assert last["emitted"] == first["emitted"] + 1


def fail_with(error):
    def handler(_):
        raise error

    return handler


@pytest.mark.parametrize(
    "error, kind, event_type",
    [
        (TransientError("busy"), "transient", "transient_error_retry"),
        (PermanentError("no"), "permanent", "permanent_error"),
        (KeyError("a"), "unexpected", "unexpected_error"),
    ],
)
def test_a_failure_is_reported_by_its_class(orchestrator, capfd, error, kind, event_type):
    orchestrator.queue.append(task("t-1"))
    agent = Agent("adder", {"add": fail_with(error)}, orchestrator=orchestrator.url)
    run(agent, lambda: orchestrator.bodies("/fail"))
    [failed] = orchestrator.bodies("tasks/t-1/fail")
    assert failed["error_type"] == kind
    assert failed["error_message"] == str(error)
    # What is retried is logged as a warning, so that the orchestrator has the last word.
    assert failed["logged"] is (kind != "transient")
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    [event] = [event for event in events if event["event_type"] == event_type]
    if kind != "transient":
        assert event["metadata"]["exception"]["type"] == type(error).__name__


@pytest.mark.parametrize(
    "error, level, logged",
    [
        (PermanentError("no"), logging.ERROR, True),
        (PermanentError("no"), logging.CRITICAL, False),
        (TransientError("busy"), logging.CRITICAL, False),
        (KeyError("a"), logging.CRITICAL, True),
    ],
)
def test_only_what_is_loud_enough_for_the_log_is_reported_as_logged(orchestrator, error, level, logged):
    orchestrator.queue.append({**task("t-1"), "retry_count": 3})
    agent = Agent("quiet", {"add": fail_with(error)}, orchestrator=orchestrator.url)
    logger = logging.getLogger("quiet")
    logger.setLevel(level)
    try:
        run(agent, lambda: orchestrator.bodies("/fail"))
    finally:
        logger.setLevel(logging.INFO)
    [failed] = orchestrator.bodies("tasks/t-1/fail")
    assert failed["logged"] is logged


@pytest.mark.parametrize("concurrency", [1, 3])
def test_tasks_that_come_after_the_end_was_asked_for_are_not_begun(concurrency):
    orchestrator = Together()
    begun = []
    agent = Agent("adder", {"add": begun.append}, orchestrator=orchestrator.url, concurrency=concurrency)
    answer = orchestrator.answer

    def stop_first(path, body):
        if "/claim" in path:
            orchestrator.queue.extend(task(f"t-{number}") for number in range(concurrency))
            agent.stop()
        return answer(path, body)

    orchestrator.answer = stop_first
    run(agent, lambda: orchestrator.bodies("/deregister"))
    orchestrator.server.shutdown()
    orchestrator.server.server_close()
    assert not orchestrator.queue, "they were given out"
    assert begun == []
    assert orchestrator.calls[-1][0] == "agents/adder/deregister"


def test_the_lease_is_renewed_while_the_work_goes_on(orchestrator):
    def renewed():
        return len(orchestrator.bodies("tasks/t-1/renew"))

    def slow(_):
        deadline = time.monotonic() + 20
        while renewed() < 3 and time.monotonic() < deadline:
            time.sleep(0.01)

    orchestrator.queue.append(task("t-1"))
    agent = Agent("adder", {"add": slow}, orchestrator=orchestrator.url, lease=0.3)
    run(agent, lambda: orchestrator.bodies("/complete"))
    assert renewed() >= 3


def test_a_lost_claim_is_dropped(orchestrator, capfd):
    stale = (409, {"error": {"code": "stale_claim", "message": "t-1 has another worker"}})
    orchestrator.answers["tasks/t-1/complete"] = collections.deque([stale])
    orchestrator.queue.append(task("t-1", a=1, b=1))
    agent = Agent("adder", {"add": add}, orchestrator=orchestrator.url)
    run(agent, lambda: orchestrator.bodies("/complete"))
    kinds = [json.loads(line)["event_type"] for line in capfd.readouterr().out.splitlines()]
    assert "stale_claim" in kinds
    assert "task_completed" not in kinds


def test_an_orchestrator_that_is_down_is_waited_for(orchestrator, capfd):
    down = (503, {"error": {"code": "unavailable", "message": "not yet"}})
    orchestrator.answers["agents"] = collections.deque([down])
    orchestrator.answers["tasks/t-1/complete"] = collections.deque([down])
    orchestrator.queue.append(task("t-1", a=1, b=1))
    agent = Agent("adder", {"add": add}, orchestrator=orchestrator.url)
    run(agent, lambda: len(orchestrator.bodies("/complete")) == 2)
    kinds = [json.loads(line)["event_type"] for line in capfd.readouterr().out.splitlines()]
    assert kinds.count("agent_registration_failed") == 1
    assert kinds.count("task_completed") == 1


@pytest.mark.parametrize("status", [200, 409])
def test_an_answer_that_is_cut_off_is_none(orchestrator, capfd, status):
    stale = {"error": {"code": "stale_claim", "message": "t-1 has another worker"}}
    first = (status, stale if status == 409 else {"task": {}})
    orchestrator.answers["tasks/t-1/complete"] = collections.deque([first])
    orchestrator.cut_off["tasks/t-1/complete"] = 1
    orchestrator.queue.append(task("t-1", a=1, b=1))
    agent = Agent("adder", {"add": add}, orchestrator=orchestrator.url)
    run(agent, lambda: len(orchestrator.bodies("/complete")) == 2)
    kinds = [json.loads(line)["event_type"] for line in capfd.readouterr().out.splitlines()]
    assert kinds.count("task_completed") == 1
    assert "stale_claim" not in kinds


def test_an_agent_without_skills_is_refused():
    with pytest.raises(ValueError, match="at least one task type"):
        Agent("idle", {})


class Together(Orchestrator):
    """Gives out several tasks in a call, and answers to each of several completions."""

    def __init__(self):
        super().__init__()
        self.refused = {}

    def answer(self, path, body):
        path = path.removeprefix("/api/v1/")
        if path.endswith("/claim_many"):
            self.calls.append((path, body))
            count = min(body["most"], len(self.queue))
            if not count:
                time.sleep(0.02)
            return 200, {"tasks": [self.queue.popleft() for _ in range(count)]}
        if path == "tasks/complete":
            self.calls.append((path, body))
            results = [
                {"task_id": each["task_id"], **self.refused.get(each["task_id"], {"status": 200})}
                for each in body["completions"]
            ]
            return 200, {"results": results}
        return super().answer("/api/v1/" + path, body)


def test_several_tasks_are_in_hand_at_once_and_each_is_answered_by_itself(capfd):
    orchestrator = Together()
    stale = {"code": "stale_claim", "message": "t-1 has another worker"}
    orchestrator.refused["t-1"] = {"status": 409, "error": stale}
    orchestrator.queue.extend(task(f"t-{number}", a=number, b=1) for number in range(6))
    met = threading.Barrier(3)

    def meet(given):
        # Passes only while three are in hand.
        met.wait(timeout=20)
        return add(given)

    agent = Agent("adder", {"add": meet}, orchestrator=orchestrator.url, concurrency=3)

    def completed():
        called = orchestrator.bodies("tasks/complete")
        return [each for body in called for each in body["completions"]]

    run(agent, lambda: len(completed()) >= 6)
    orchestrator.server.shutdown()
    orchestrator.server.server_close()
    results = {each["task_id"]: each["result"] for each in completed()}
    assert results == {f"t-{number}": {"sum": number + 1} for number in range(6)}
    assert all(body["most"] <= 3 for body in orchestrator.bodies("/claim_many"))
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    of_kind = collections.Counter(event["event_type"] for event in events)
    assert (of_kind["task_completed"], of_kind["stale_claim"]) == (5, 1)


def test_without_an_answer_for_all_each_completion_is_sent_alone():
    orchestrator = Together()
    orchestrator.queue.extend(task(f"t-{number}", a=number, b=1) for number in range(4))
    large = (413, {"error": {"code": "too_large", "message": "too much"}})
    answer = orchestrator.answer

    def refuse(path, body):
        if path.endswith("tasks/complete"):
            return large
        return answer(path, body)

    orchestrator.answer = refuse
    agent = Agent("adder", {"add": add}, orchestrator=orchestrator.url, concurrency=2)
    run(agent, lambda: len(orchestrator.bodies("/complete")) >= 4)
    orchestrator.server.shutdown()
    orchestrator.server.server_close()
    paths = {path for path, _ in orchestrator.calls if path.endswith("/complete")}
    assert paths == {f"tasks/t-{number}/complete" for number in range(4)}


def test_completions_whose_answer_is_cut_off_are_sent_alone(capfd):
    orchestrator = Together()
    orchestrator.cut_off["tasks/complete"] = 1000
    orchestrator.queue.extend(task(f"t-{number}", a=number, b=1) for number in range(4))
    agent = Agent("adder", {"add": add}, orchestrator=orchestrator.url, concurrency=2)
    alone = {f"tasks/t-{number}/complete" for number in range(4)}
    run(agent, lambda: alone <= {path for path, _ in orchestrator.calls})
    orchestrator.server.shutdown()
    orchestrator.server.server_close()
    assert orchestrator.bodies("tasks/complete")
    assert alone <= {path for path, _ in orchestrator.calls}
    kinds = [json.loads(line)["event_type"] for line in capfd.readouterr().out.splitlines()]
    assert kinds.count("task_completed") == 4


def test_a_call_that_hangs_or_breaks_holds_up_no_completion(monkeypatch):
    sent = []
    ends = threading.Event()

    def send(completions):
        sent.append(completions)
        if completions == ["breaks"]:
            raise RuntimeError("nobody thought of it")
        if completions == ["hangs"]:
            assert ends.wait(timeout=30)
        return [{"status": 200} for _ in completions]

    reports = _reports.Reports(send)
    assert reports.complete("breaks") is None
    monkeypatch.setattr(_reports, "ALONE_AFTER", 0.1)
    assert reports.complete("hangs") is None
    assert reports.complete("waits behind it") is None
    monkeypatch.setattr(_reports, "ALONE_AFTER", 30)
    ends.set()
    assert reports.complete("comes later") == {"status": 200}
    reports.close()
    assert sent == [["breaks"], ["hangs"], ["comes later"]]


def test_a_concurrency_that_no_call_could_serve_is_refused():
    with pytest.raises(ValueError, match="1 to 64"):
        Agent("adder", {"add": add}, concurrency=65)
