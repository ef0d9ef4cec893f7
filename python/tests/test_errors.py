"""Retrying by class, with the contract's events and counts."""

from __future__ import annotations

PREAMBLE = """
import asyncio, time
import swarmscope
from swarmscope import PermanentError, TaskError, TransientError, retry, setup_logger
from prometheus_client import REGISTRY
logger = setup_logger("t")
def counted(kind): return REGISTRY.get_sample_value("errors_encountered_total", {"error_type": kind})
calls = []
"""


def summary(done):
    return [
        (
            event["severity"],
            event["event_type"],
            event["metadata"]["retry_count"],
            event["metadata"]["max_retries"],
        )
        for event in done.clean().events
    ]


def test_transient_errors_are_retried_and_then_given_up(run):
    done = run(
        PREAMBLE
        + """
@retry(max_retries=2, logger=logger, agent_name="a")
def fetch():
    calls.append(time.monotonic())
    raise TransientError("busy")
try:
    fetch()
    raise SystemExit("no error")
except TransientError: pass
assert len(calls) == 3 and counted("transient") == 3
assert 0.5 <= calls[1] - calls[0] and 1.0 <= calls[2] - calls[1]
"""
    )
    assert summary(done) == [
        ("WARNING", "transient_error_retry", 1, 2),
        ("WARNING", "transient_error_retry", 2, 2),
        ("ERROR", "max_retries_exceeded", 2, 2),
    ]
    assert done.events[2]["metadata"]["exception"]["type"] == "TransientError"
    assert done.events[2]["agent_name"] == "a"


def test_other_errors_are_not_retried_and_success_is_quiet(run):
    done = run(
        PREAMBLE
        + """
@retry
async def permanent(): calls.append(1); raise PermanentError("never")
@retry
async def unexpected(): calls.append(1); raise KeyError("surprise")
@retry(transient=(ConnectionError,))
async def recovers():
    calls.append(1)
    if len(calls) < 4: raise ConnectionResetError("reset")
    return "fine"
for operation, kind in ((permanent, PermanentError), (unexpected, KeyError)):
    try:
        asyncio.run(operation())
        raise SystemExit("no error")
    except kind: pass
assert asyncio.run(recovers()) == "fine" and len(calls) == 4
assert (counted("permanent"), counted("unexpected"), counted("transient")) == (1, 1, 1)
assert issubclass(PermanentError, TaskError)
"""
    )
    assert summary(done) == [
        ("ERROR", "permanent_error", 0, 3),
        ("CRITICAL", "unexpected_error", 0, 3),
        ("WARNING", "transient_error_retry", 1, 3),
    ]
