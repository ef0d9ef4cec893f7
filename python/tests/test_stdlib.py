"""The returned logger is Python's own: its calls, filters, handlers, and pytest's captures."""

from __future__ import annotations

import json
import logging

from logger_util import log, setup_logger

PREAMBLE = """
import logging, io, sys
from logger_util import setup_logger, log
logger = setup_logger("t")
"""


def test_the_standard_librarys_calls_are_events(run):
    done = run(
        PREAMBLE
        + """
logger.info("x %s", 1)
logger.warning("with extras", extra={"task_id": "t1", "event_type": "task_failed", "agent_name": "a9",
                                     "metadata": {"k": 1}})
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("failed")
    logger.info("told", exc_info=True)
logger.info("does not %d fit", "text")
logging.LoggerAdapter(logger, {"job": 7}).info("adapted")
log(logging.LoggerAdapter(logger, {}), "INFO", "adapter in log", "a", "y")
"""
    ).clean()
    plain, extras, failed, told, misfit, adapted, in_log = done.events
    assert (plain["message"], plain["agent_name"], plain["event_type"]) == ("x 1", "t", "log")
    assert plain["metadata"] == {}
    assert extras["metadata"] == {"task_id": "t1", "k": 1}
    assert (extras["agent_name"], extras["event_type"]) == ("a9", "task_failed")
    for event in (failed, told):
        assert event["metadata"]["exception"]["type"] == "ZeroDivisionError"
    assert (failed["severity"], told["severity"]) == ("ERROR", "INFO")
    assert "does not %d fit" in misfit["message"] and "text" in misfit["message"]
    assert adapted["metadata"] == {"job": 7}
    assert (in_log["agent_name"], in_log["event_type"]) == ("a", "y")


def test_other_handlers_see_a_record_with_the_callers_place(run):
    done = run(
        PREAMBLE
        + """
class Keep(logging.Handler):
    def emit(self, record): seen.append(record)
seen = []
logger.addHandler(Keep())
def work():
    try:
        1 / 0
    except ZeroDivisionError:
        log(logger, "ERROR", "100%", "a", "operation_failed", {"k": 1}, "c1")
work()
[record] = seen
assert record.getMessage() == "100%" and record.funcName == "work", record.funcName
assert record.filename == "program.py" and record.exc_info[0] is ZeroDivisionError
assert (record.agent_name, record.event_type, record.metadata) == ("a", "operation_failed", {"k": 1})
"""
    ).clean()
    [event] = done.events
    assert event["metadata"]["correlation_id"] == "c1" and event["metadata"]["k"] == 1
    assert event["metadata"]["exception"]["type"] == "ZeroDivisionError"


def test_without_other_handlers_no_record_is_made(run):
    run(
        PREAMBLE
        + """
made = []
def count(*args, **kwargs):
    made.append(args)
    return logging.LogRecord(*args, **kwargs)
logging.setLogRecordFactory(count)
log(logger, "INFO", "m", "a", "x")
assert made == []
logging.getLogger().addHandler(logging.NullHandler())
log(logger, "INFO", "m", "a", "x")
assert len(made) == 1
"""
    ).clean()


def test_filters_and_handler_levels_are_respected(run):
    done = run(
        PREAMBLE
        + """
def redact(record):
    record.msg = record.msg.replace("secret", "***")
    return "drop" not in record.msg
logger.addFilter(redact)
log(logger, "INFO", "the secret", "a", "x")
log(logger, "INFO", "drop me", "a", "x")
logger.removeFilter(redact)
logger.handlers[0].setLevel(logging.ERROR)
log(logger, "INFO", "below the handler", "a", "x")
log(logger, "ERROR", "above the handler", "a", "x")
"""
    ).clean()
    assert [event["message"] for event in done.events] == ["the ***", "above the handler"]


def test_a_handlers_stream_can_be_replaced(run):
    done = run(
        PREAMBLE
        + """
caught = io.StringIO()
logger.handlers[0].stream = caught
log(logger, "INFO", "caught", "a", "x")
logger.info("too")
logger.handlers[0].stream = None
log(logger, "INFO", str(caught.getvalue().count("\\n")), "a", "x")
"""
    ).clean()
    assert [event["message"] for event in done.events] == ["2"]


def test_a_logger_without_any_handler_still_writes_its_events(run):
    done = run("""
import logging
from logger_util import log
log(logging.getLogger("bare"), "ERROR", "m", "a", "x")
""").clean()
    assert done.events[0]["agent_name"] == "a"


def test_caplog_sees_what_log_writes(caplog):
    logger = setup_logger("captured")
    log(logger, "WARNING", "seen", "a", "x", {"k": 1})
    logger.info("too %d", 2)
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.WARNING, "seen"),
        (logging.INFO, "too 2"),
    ]
    assert caplog.records[0].metadata == {"k": 1}


def test_capsys_sees_what_log_writes(capsys):
    log(setup_logger("captured"), "INFO", "é", "a", "x")
    assert json.loads(capsys.readouterr().out)["message"] == "é"


def test_capfd_sees_what_log_writes(capfd):
    log(setup_logger("captured"), "INFO", "m", "a", "x")
    assert json.loads(capfd.readouterr().out)["message"] == "m"
