"""The event and the level, as the contract has them."""

from __future__ import annotations

import re

PREAMBLE = """
from logger_util import setup_logger, log
logger = setup_logger("t")
"""


def test_an_event_has_the_contracts_fields_in_their_order(run):
    done = run(
        PREAMBLE
        + """
meta = {"task_id": "t1"}
log(logger, "INFO", "Processing", "a1", "task_processing", meta, "c1")
log(logger, "INFO", "no metadata", "a1", "task_received")
assert meta == {"task_id": "t1"}, "the caller's metadata is not ours to change"
"""
    ).clean()
    first, second = done.events
    assert list(first) == [
        "timestamp",
        "agent_name",
        "event_type",
        "severity",
        "message",
        "metadata",
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("timestamp"))
    assert first == {
        "agent_name": "a1",
        "event_type": "task_processing",
        "severity": "INFO",
        "message": "Processing",
        "metadata": {"task_id": "t1", "correlation_id": "c1"},
    }
    assert second["metadata"] == {}


def test_an_exception_is_attached_by_itself_at_error_and_critical_only(run):
    done = run(
        PREAMBLE
        + """
log(logger, "ERROR", "nothing at hand", "a", "error")
try:
    try:
        {}["k"]
    except KeyError as cause:
        raise ValueError("Invalid input") from cause
except ValueError:
    log(logger, "ERROR", "e", "a", "operation_failed", metadata={"exception": "mine"})
    log(logger, "CRITICAL", "c", "a", "unexpected_error")
    log(logger, "WARNING", "w", "a", "x")
"""
    ).clean()
    nothing, error, critical, warning = done.events
    assert "exception" not in nothing["metadata"] and "exception" not in warning["metadata"]
    exception = error["metadata"]["exception"]
    assert error["metadata"]["exception_detail"] == "mine"
    assert exception == critical["metadata"]["exception"]
    assert exception["type"] == "ValueError"
    assert exception["message"] == "Invalid input"
    printed = "".join(exception["traceback"])
    assert printed.startswith("Traceback (most recent call last):\n")
    assert "direct cause of the following exception" in printed
    assert 'program.py", line ' in printed and printed.endswith("ValueError: Invalid input\n")


def test_an_exception_group_keeps_its_members(run):
    import sys

    import pytest

    if sys.version_info < (3, 11):
        pytest.skip("this Python has no exception groups")
    done = run(
        PREAMBLE
        + """
try:
    raise ExceptionGroup("several", [ValueError("first"), OSError("second")])
except* ValueError:
    log(logger, "ERROR", "e", "a", "error")
except* OSError:
    pass
try:
    raise ExceptionGroup("several", [ValueError("first"), OSError("second")])
except ExceptionGroup:
    log(logger, "ERROR", "e", "a", "error")
"""
    ).clean()
    printed = "".join(done.events[1]["metadata"]["exception"]["traceback"])
    assert "ValueError: first" in printed and "OSError: second" in printed
    assert done.events[0]["metadata"]["exception"]["type"] == "ExceptionGroup"


LEVELS = (
    PREAMBLE
    + """
for severity in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    log(logger, severity, severity, "a", "x")
"""
)


def messages(done):
    return [event["message"] for event in done.clean().events]


def test_log_level_selects_in_any_case_and_is_info_when_unset(run):
    assert messages(run(LEVELS))[0] == "INFO"
    assert messages(run(LEVELS, LOG_LEVEL="debug"))[0] == "DEBUG"
    assert messages(run(LEVELS, LOG_LEVEL="Error")) == ["ERROR", "CRITICAL"]


def test_a_bad_log_level_means_info_and_one_warning(run):
    twice = LEVELS + 'setup_logger("t"); setup_logger("other")\n'
    done = run(twice, LOG_LEVEL="LOUD").clean()
    warning, *rest = done.events
    assert warning["severity"] == "WARNING"
    assert '"LOUD"' in warning["message"] and "DEBUG, INFO" in warning["message"]
    assert [event["message"] for event in rest] == ["INFO", "WARNING", "ERROR", "CRITICAL"]


def test_the_level_changes_while_running_and_a_second_setup_keeps_it(run):
    done = run(
        PREAMBLE
        + """
import logging, os
log(logger, "DEBUG", "too quiet", "a", "x")
logger.setLevel(logging.DEBUG)
assert setup_logger("t") is logger
log(logger, "DEBUG", "heard", "a", "x")
setup_logger("t", "error")
log(logger, "WARNING", "too quiet", "a", "x")
os.environ["LOG_LEVEL"] = "WARNING"
setup_logger("t")
log(logger, "WARNING", "heard again", "a", "x")
setup_logger("t", level=logging.CRITICAL)
log(logger, "ERROR", "too quiet", "a", "x")
logging.disable(logging.CRITICAL)
log(logger, "CRITICAL", "disabled", "a", "x")
"""
    )
    assert messages(done) == ["heard", "heard again"]


def test_a_severity_in_another_spelling_is_understood(run):
    done = run(
        PREAMBLE
        + """
import logging
for severity in ("error", " Warn ", logging.CRITICAL, 25, "loud", None):
    log(logger, severity, "m", "a", "x")
"""
    ).clean()
    assert [event["severity"] for event in done.events] == [
        "ERROR",
        "WARNING",
        "CRITICAL",
        "INFO",
        "INFO",
        "INFO",
    ]


def test_loggers_of_one_branch_and_repeated_setups_double_nothing(run):
    done = run(
        """
from logger_util import setup_logger, log
parent, child = setup_logger("a"), setup_logger("a.b")
setup_logger("a"); setup_logger("a.b"); setup_logger("other")
log(child, "INFO", "one", "x", "y")
child.info("two")
log(parent, "INFO", "three", "x", "y")
"""
    )
    assert messages(done) == ["one", "two", "three"]


def test_the_correlation_id_comes_from_the_call_then_the_metadata_then_the_context(run):
    done = run(
        PREAMBLE
        + """
import uuid
from swarmscope import correlation, get_correlation_id
with correlation("ambient") as given:
    assert given == get_correlation_id() == "ambient"
    log(logger, "INFO", "1", "a", "x")
    log(logger, "INFO", "2", "a", "x", {"correlation_id": "own"})
    log(logger, "INFO", "3", "a", "x", {"correlation_id": "own"}, "named")
    logger.info("4")
    logger.info("5", extra={"correlation_id": "named"})
with correlation() as made:
    assert str(uuid.UUID(made)) == made
log(logger, "INFO", "6", "a", "x", None, uuid.UUID(int=7))
log(logger, "INFO", "7", "a", "x", None, "")
"""
    ).clean()
    ids = [event["metadata"].get("correlation_id") for event in done.events]
    seven = "00000000-0000-0000-0000-000000000007"
    assert ids == ["ambient", "own", "named", "ambient", "named", seven, None]


def test_tasks_of_asyncio_keep_their_ids_apart(run):
    done = run(
        PREAMBLE
        + """
import asyncio
from swarmscope import correlation
async def agent(number):
    with correlation(f"c{number}"):
        for step in range(20):
            log(logger, "INFO", str(number), "a", "x")
            await asyncio.sleep(0)
        await asyncio.to_thread(logger.info, str(number))
        await asyncio.create_task(spawned(number))
async def spawned(number):
    log(logger, "INFO", str(number), "a", "x")
async def main():
    await asyncio.gather(*(agent(number) for number in range(20)))
asyncio.run(main())
"""
    ).clean()
    assert len(done.events) == 20 * 22
    for event in done.events:
        assert event["metadata"]["correlation_id"] == "c" + event["message"]
