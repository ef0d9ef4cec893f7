"""The task loop of an agent: register, show signs of life, claim, work under a lease, report, leave.

    from swarmscope import agent

    def summarise(task):
        return {"length": len(task.metadata["text"])}

    agent.run("summary_agent", {"summarise": summarise})

An orchestrator that is down is waited for. A task whose lease was lost is dropped: its successor has it.
A handler that raises `TransientError` is retried by the orchestrator, `PermanentError` is not, anything
else is unexpected. One that returns `FanOut` lets its task wait for parts, and gets it back when they have
ended. Only the standard library is used.
"""

from __future__ import annotations

import base64
import dataclasses
import http.client
import json
import logging
import os
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Mapping, Optional, Sequence, Union

from . import _native
from ._correlation import correlation
from ._reports import Reports
from ._task import FanOut, Handler, Hold, Part, Task, TaskOver
from .errors import PermanentError, TaskError, TransientError
from .logging import log, setup_logger
from .metrics import (
    TaskTimer,
    decrement_active_tasks,
    increment_active_tasks,
    increment_errors,
    start_metrics_server,
)

__all__ = [
    "Agent",
    "FanOut",
    "Part",
    "PermanentError",
    "Task",
    "TaskOver",
    "TransientError",
    "run",
]

#: Seconds a task stays with an agent that gives no sign of life; renewed three times as often.
LEASE = 10.0
#: Seconds between signs of life.
HEARTBEAT_EVERY = 2.5
#: Seconds between reports of how many events were emitted, when there were any.
LEDGER_REPORT_EVERY = 10.0
#: Seconds that one claim waits for a task.
CLAIM_WAIT = 5.0
#: Seconds that an answer may take beyond the wait that was asked for.
ANSWER_TIMEOUT = 10.0
#: Longest wait between calls to an orchestrator that does not answer.
LONGEST_WAIT = 10.0
#: How soon is asked whether a task whose deadline has passed is still ours.
AFTER_DEADLINE = 0.5
#: Tasks that one agent may have in hand.
MOST_AT_ONCE = 64
#: Tasks of one page of parts.
PAGE = 1000

#: How a failure that is not tried again is logged.
_FINAL = {
    "transient": ("ERROR", "max_retries_exceeded"),
    "permanent": ("ERROR", "permanent_error"),
    "unexpected": ("CRITICAL", "unexpected_error"),
}


class _Refused(Exception):
    """The orchestrator's answer is no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Unreachable(Exception):
    """There is no answer, or none that can be understood."""


class Agent:
    """One agent: a name, and a handler for each task type it can do (its skills).

    With a `concurrency` over 1 handlers run in so many threads; tasks are claimed and completed together.
    """

    def __init__(
        self,
        name: str,
        handlers: Mapping[str, Handler],
        *,
        agent_type: Optional[str] = None,
        orchestrator: Optional[str] = None,
        metrics_port: Optional[int] = None,
        lease: float = LEASE,
        concurrency: int = 1,
    ) -> None:
        if not handlers:
            raise ValueError("an agent needs a handler for at least one task type")
        if not 1 <= concurrency <= MOST_AT_ONCE:
            raise ValueError(f"concurrency is {concurrency}; it is 1 to {MOST_AT_ONCE}")
        self.name = name
        self.agent_type = agent_type or name
        self.handlers = dict(handlers)
        self.metrics_port = metrics_port
        self.lease = lease
        self.concurrency = concurrency
        self._reports: Optional[Reports] = None
        self._failed_claims = 0
        base = orchestrator or os.environ.get("SWARMSCOPE_ORCHESTRATOR", "http://127.0.0.1:8000")
        self._base = base.rstrip("/") + "/api/v1"
        self._logger = setup_logger(name)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Lets the tasks in hand end, and then the agent."""
        self._stopping.set()

    def run(self) -> None:
        """Works until `stop`, SIGTERM or Ctrl-C."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self.stop())
        if self.metrics_port is not None:
            start_metrics_server(self.metrics_port)
        _native.report_emitted(self.name, "first")
        self._log("INFO", f"{self.name} starts", "system_startup", {"skills": list(self.handlers)})
        try:
            if self._register():
                heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
                heart.start()
                if self.concurrency > 1:
                    self._work_on_many()
                else:
                    self._work()
        finally:
            self._leave()
            self._log("INFO", f"{self.name} ends", "system_shutdown")
            _native.report_emitted(self.name, "last")

    # Presence.

    def _register(self) -> bool:
        body = {
            "agent_name": self.name,
            "agent_type": self.agent_type,
            "capabilities": {"skills": list(self.handlers)},
            "metadata": {"pid": os.getpid(), "metrics_port": self.metrics_port},
        }
        failures = 0
        while not self._stopping.is_set():
            try:
                self._post("agents", body)
            except (_Unreachable, _Refused) as error:
                text = f"cannot register: {error}"
                self._log("WARNING", text, "agent_registration_failed", {"error": str(error)})
                self._rest(failures)
                failures += 1
            else:
                self._log("INFO", f"{self.name} is registered", "agent_registered")
                return True
        return False

    def _beat(self) -> None:
        reported_at, reported = time.monotonic(), _native.emitted(self.name)
        while not self._stopping.wait(HEARTBEAT_EVERY):
            due = time.monotonic() - reported_at >= LEDGER_REPORT_EVERY
            if due and _native.emitted(self.name) != reported:
                _native.report_emitted(self.name, "between")
                reported_at, reported = time.monotonic(), _native.emitted(self.name)
            try:
                self._post(f"agents/{_quoted(self.name)}/heartbeat")
                self._log("DEBUG", f"{self.name} is alive", "agent_heartbeat")
            except _Refused as error:
                if error.code == "not_found":
                    self._register()
                else:
                    self._log("WARNING", f"no heartbeat: {error}", "heartbeat_failed")
            except _Unreachable as error:
                self._log("WARNING", f"no heartbeat: {error}", "heartbeat_failed")

    def _leave(self) -> None:
        self._stopping.set()
        try:
            self._post(f"agents/{_quoted(self.name)}/deregister")
        except (_Unreachable, _Refused):
            # Its heartbeat's end says the same, later.
            pass

    # Work.

    def _work(self) -> None:
        while not self._stopping.is_set():
            for given in self._claim_tasks(1):
                self._attempt_given(given)

    def _work_on_many(self) -> None:
        """One thread for each task in hand; as many tasks are claimed as there are free hands."""
        self._reports = Reports(self._complete_many)
        hands = threading.Semaphore(self.concurrency)
        threads: list[threading.Thread] = []

        def attempt(given: dict[str, Any]) -> None:
            try:
                self._attempt_given(given)
            finally:
                hands.release()

        while not self._stopping.is_set():
            if not hands.acquire(timeout=0.5):
                continue
            free = 1
            while hands.acquire(blocking=False):
                free += 1
            tasks = self._claim_tasks(free)
            threads = [thread for thread in threads if thread.is_alive()]
            for given in tasks:
                name = f"task {given['task_id']}"
                threads.append(threading.Thread(target=attempt, args=(given,), name=name))
                threads[-1].start()
            for _ in range(free - len(tasks)):
                hands.release()
        for thread in threads:
            thread.join()
        self._reports.close()

    def _claim_tasks(self, most: int) -> list[dict[str, Any]]:
        """Up to so many tasks; none when there are none, the orchestrator does not answer, or the agent has to end."""
        body = {
            "task_types": list(self.handlers),
            "wait_ms": int(CLAIM_WAIT * 1000),
            "lease_ms": int(self.lease * 1000),
        }
        path = f"agents/{_quoted(self.name)}/claim"
        if most > 1:
            body["most"] = most
            path += "_many"
        try:
            reply = self._post(path, body, ANSWER_TIMEOUT + CLAIM_WAIT)
        except (_Unreachable, _Refused) as error:
            self._log("WARNING", f"cannot claim: {error}", "operation_failed")
            self._rest(self._failed_claims)
            self._failed_claims += 1
            return []
        self._failed_claims = 0
        # Tasks that come when the agent has been stopped meanwhile return to the queue when it leaves.
        if reply is None or self._stopping.is_set():
            return []
        return list(reply["tasks"]) if most > 1 else [reply["task"]]

    def _attempt_given(self, given: dict[str, Any]) -> None:
        fields = {field.name for field in dataclasses.fields(Task)}
        known = {key: value for key, value in given.items() if key in fields}
        hold = Hold(given, self.lease, self._parts)
        self._attempt(Task(**known, _hold=hold), hold)

    def _attempt(self, task: Task, hold: Hold) -> None:
        with correlation(task.correlation_id):
            done = threading.Event()
            watched = (task, hold, done)
            keeper = threading.Thread(target=self._keep_lease, args=watched, daemon=True)
            keeper.start()
            increment_active_tasks(agent_type=self.agent_type)
            started = time.monotonic()
            self._log_task("INFO", task, "claimed", "task_claimed")
            try:
                with TaskTimer(task_type=task.task_type):
                    result = self.handlers[task.task_type](task) or {}
                    how, body = _report_of(result)
                    json.dumps(body)
            except TaskOver as error:
                self._log_task("WARNING", task, f"is dropped: {error}", "stale_claim")
            except Exception as error:
                self._fail(task, error)
            else:
                self._done(task, how, body, started)
            finally:
                done.set()
                decrement_active_tasks(agent_type=self.agent_type)

    def _keep_lease(self, task: Task, hold: Hold, done: threading.Event) -> None:
        while not done.wait(self._until_renewal(task)):
            try:
                body = {**self._claim(task), "lease_ms": int(self.lease * 1000)}
                self._post(f"tasks/{_quoted(task.task_id)}/renew", body)
            except _Refused:
                # The task was cancelled, is too late, or is somebody else's; a report would be refused.
                hold.over.set()
                return
            except _Unreachable as error:
                self._log("WARNING", f"cannot renew the lease: {error}", "operation_failed")

    def _until_renewal(self, task: Task) -> float:
        """A third of the lease; after the deadline sooner, because the next sweep ends the task."""
        left = task.remaining
        usual = self.lease / 3
        return usual if left is None else min(usual, max(left, AFTER_DEADLINE))

    def _done(self, task: Task, how: str, body: dict[str, Any], started: float) -> None:
        took = {"duration_ms": int((time.monotonic() - started) * 1000)}
        if not self._report(task, how, body):
            return
        if how == "complete":
            self._log_task("INFO", task, "completed", "task_completed", took)
        else:
            took["parts"] = len(body["children"])
            self._log_task("INFO", task, "waits for its parts", "task_fanned_out", took)

    def _parts(self, task_id: str) -> list[Part]:
        parts: list[tuple[str, Part]] = []
        while True:
            asked = {"parent_task_id": task_id, "limit": PAGE, "offset": len(parts)}
            page = self._get(f"tasks?{urllib.parse.urlencode(asked)}")["tasks"]
            for given in page:
                part = Part(
                    task_id=given["task_id"],
                    task_type=given["task_type"],
                    state=given["state"],
                    metadata=given["metadata"],
                    result=self._result(given),
                )
                parts.append((given["created_at"], part))
            if len(page) < PAGE:
                parts.sort(key=lambda each: (each[0], each[1].task_id))
                return [part for _, part in parts]

    def _result(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given["state"] != "completed":
            return {}
        detail = self._get(f"tasks/{_quoted(given['task_id'])}")
        successful = [each for each in detail["attempts"] if each["success"]]
        return dict(successful[-1]["metadata"].get("result") or {}) if successful else {}

    def _fail(self, task: Task, error: Exception) -> None:
        kind = error.error_type if isinstance(error, TaskError) else "unexpected"
        increment_errors(error_type=kind)
        text = f"failed: {error}"
        if kind == "transient" and task.retry_count < task.max_retries:
            retries = {"retry_count": task.retry_count + 1}
            self._log_task("WARNING", task, text, "transient_error_retry", retries)
            logged = False
        else:
            severity, event_type = _FINAL.get(kind, _FINAL["unexpected"])
            self._log_task(severity, task, text, event_type)
            logged = self._logger.isEnabledFor(getattr(logging, severity))
        message = str(error) or type(error).__name__
        # What is logged as an error here is not one a second time in the orchestrator's log. What is too quiet for
        # this log has to be one there.
        self._report(task, "fail", {"error_type": kind, "error_message": message, "logged": logged})

    def _report(self, task: Task, how: str, body: dict[str, Any]) -> bool:
        """Tells the orchestrator, again and again while the lease may hold."""
        deadline = time.monotonic() + self.lease
        failures = 0
        while True:
            try:
                self._tell(task, how, body)
                return True
            except _Refused as error:
                event_type = "stale_claim" if error.code == "stale_claim" else "operation_failed"
                self._log_task("WARNING", task, f"is dropped: {error}", event_type)
                return False
            except _Unreachable as error:
                if time.monotonic() >= deadline:
                    text = f"cannot be reported on: {error}"
                    self._log_task("ERROR", task, text, "operation_failed")
                    return False
                time.sleep(_wait(failures))
                failures += 1

    def _tell(self, task: Task, how: str, body: dict[str, Any]) -> None:
        if how == "complete" and self._reports is not None:
            shown = {"task_id": task.task_id, "fencing_token": task.fencing_token}
            told = self._reports.complete({**shown, **body})
            if told is not None:
                _raise_refusal(told)
                return
        self._post(f"tasks/{_quoted(task.task_id)}/{how}", {**self._claim(task), **body})

    def _complete_many(self, completions: list[dict[str, Any]]) -> Optional[list[dict[str, Any]]]:
        """What became of each; None without an answer, after which each is sent alone."""
        try:
            body = {"agent_name": self.name, "completions": completions}
            return list(self._post("tasks/complete", body)["results"])
        except (_Unreachable, _Refused, LookupError, TypeError):
            return None

    def _claim(self, task: Task) -> dict[str, Any]:
        return {"agent_name": self.name, "fencing_token": task.fencing_token}

    # Talking.

    def _rest(self, failures: int) -> None:
        self._stopping.wait(_wait(failures))

    def _post(self, path: str, body: Any = None, timeout: float = ANSWER_TIMEOUT) -> Any:
        headers = {"content-type": "application/json", **_authorization()}
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}/{path}", data, headers, method="POST")
        return self._answer(request, timeout)

    def _get(self, path: str) -> Any:
        """An answer that a handler waits for: without one it may be tried again."""
        request = urllib.request.Request(f"{self._base}/{path}", headers=_authorization())
        try:
            return self._answer(request, ANSWER_TIMEOUT)
        except _Unreachable as error:
            raise TransientError(str(error)) from None

    def _answer(self, request: urllib.request.Request, timeout: float) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=timeout) as reply:
                text = reply.read()
            return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _Unreachable(f"no answer from {self._base}: {error}") from None

    def _log_task(
        self,
        severity: str,
        task: Task,
        text: str,
        event_type: str,
        further: Optional[dict[str, Any]] = None,
    ) -> None:
        metadata = {
            "task_id": task.task_id,
            "task_type": task.task_type,
            "retry_count": task.retry_count,
            "max_retries": task.max_retries,
            **(further or {}),
        }
        message = f"{task.task_type} task {task.task_id} {text}"
        self._log(severity, message, event_type, metadata)

    def _log(
        self,
        severity: str,
        message: str,
        event_type: str,
        metadata: Optional[dict[str, Any]] = None,
    ) -> None:
        log(self._logger, severity, message, self.name, event_type, metadata)


def run(name: str, handlers: Mapping[str, Handler], **options: Any) -> None:
    """Runs an agent until it is told to stop; see `Agent` for the options."""
    Agent(name, handlers, **options).run()


def _report_of(result: Union[Mapping[str, Any], FanOut]) -> tuple[str, dict[str, Any]]:
    """The call that tells the orchestrator what a handler returned, and its body."""
    if not isinstance(result, FanOut):
        return "complete", {"result": dict(result)}
    join = {"then": result.then, "on_child_failure": result.on_child_failure}
    children = [dict(child) for child in result.children]
    return "fan_out", {"children": children, "join": join}


def _raise_refusal(told: Mapping[str, Any]) -> None:
    """Raises what the call for this completion alone would have."""
    error = told.get("error")
    if error is None:
        return
    if told["status"] >= 500:
        raise _Unreachable(error["message"])
    raise _Refused(error["code"], error["message"])


def _wait(failures: int) -> float:
    return min(0.5 * 2.0 ** min(failures, 5), LONGEST_WAIT)


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def _authorization() -> dict[str, str]:
    user, key = os.environ.get("SWARMSCOPE_USER"), os.environ.get("SWARMSCOPE_API_KEY")
    if user:
        return {"authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}
    return {"authorization": f"Bearer {key}"} if key else {}


def _refusal(error: urllib.error.HTTPError) -> Exception:
    try:
        detail = json.loads(error.read())["error"]
        code, message = detail["code"], detail["message"]
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return _Unreachable(f"{error.url} answered {error.code}")
    if error.code >= 500 or error.code == 429:
        return _Unreachable(message)
    return _Refused(code, message)
