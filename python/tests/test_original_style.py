"""Whole agents in the style of those in the field: positional arguments, decorators, custom metrics."""

from __future__ import annotations

import collections

THREADED_AGENT = '''
import os
import random
import threading
import time
import uuid
import urllib.request

from prometheus_client import Counter, Histogram
from logger_util import setup_logger, log
from metrics import (
    start_metrics_server,
    increment_tasks_dispatched,
    increment_errors,
    increment_active_tasks,
    decrement_active_tasks,
    TaskTimer,
    track_task_latency,
)

AGENT_NAME = "research_agent_7"
logger = setup_logger(name="my_agent_logger")
documents_read = Counter("documents_read", "Documents read", ["source"])
document_size = Histogram("document_size_bytes", "Sizes", buckets=(10, 100, 1000))


class FetchError(Exception):
    pass


@track_task_latency(task_type="fetch")
def fetch(source):
    documents_read.labels(source=source).inc()
    document_size.observe(50)
    if source == "broken":
        raise FetchError("Invalid input")
    return source.upper()


def process(task):
    task_id = task["id"]
    log(logger, "INFO", f"Received task {task_id}", AGENT_NAME, "task_received", {"task_id": task_id}, task_id)
    increment_active_tasks(agent_type="research_agent")
    try:
        with TaskTimer(task_type="content_generation"):
            log(logger, "INFO", "Processing task", AGENT_NAME, "task_processing",
                metadata={"task_id": task_id, "details": "Additional information"}, correlation_id=task_id)
            fetch(task["source"])
            fetch_again = 1 / task["divisor"]
        log(logger, "INFO", "done", AGENT_NAME, "task_completed", {"task_id": task_id, "value": fetch_again}, task_id)
    except FetchError as e:
        increment_errors(error_type="permanent")
        log(logger, "ERROR", f"Permanent: {e}", AGENT_NAME, "permanent_error", {"task_id": task_id}, task_id)
    except Exception as e:
        increment_errors(error_type="unexpected")
        log(logger, "CRITICAL", f"Failed operation for task {task_id}", AGENT_NAME, "unexpected_error",
            metadata={"task_id": task_id}, correlation_id=task_id)
    finally:
        decrement_active_tasks(agent_type="research_agent")


def main():
    port = start_metrics_server(int(os.environ.get("METRICS_PORT", 0)))
    log(logger, "INFO", "Agent started", AGENT_NAME, "system_startup", {"port": port})
    tasks = [{"id": str(uuid.uuid4()), "source": "broken" if n % 3 == 1 else "web", "divisor": n % 3}
             for n in range(12)]
    for task in tasks:
        increment_tasks_dispatched(task_type="content_generation")
    threads = [threading.Thread(target=process, args=(task,)) for task in tasks]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    page = urllib.request.urlopen(f"http://localhost:{port}/metrics").read().decode()
    for line in ('tasks_dispatched_total{task_type="content_generation"} 12.0',
                 'errors_encountered_total{error_type="permanent"} 4.0',
                 'errors_encountered_total{error_type="unexpected"} 4.0',
                 'active_tasks{agent_type="research_agent"} 0.0',
                 'task_latency_seconds_count{task_type="fetch"} 12.0',
                 'documents_read_total{source="broken"} 4.0',
                 'document_size_bytes_count 12.0'):
        assert page.count(line + "\\n") == 1, line
    log(logger, "INFO", "bye", AGENT_NAME, "system_shutdown")


if __name__ == "__main__":
    main()
'''


def test_a_threaded_agent_with_custom_metrics(run):
    done = run(THREADED_AGENT).clean()
    kinds = collections.Counter(event["event_type"] for event in done.events)
    assert kinds == {
        "system_startup": 1,
        "task_received": 12,
        "task_processing": 12,
        "task_completed": 4,
        "permanent_error": 4,
        "unexpected_error": 4,
        "system_shutdown": 1,
    }
    for event in done.events[1:-1]:
        assert event["metadata"]["correlation_id"] == event["metadata"]["task_id"]
        failed = event["event_type"].endswith("_error")
        assert ("exception" in event["metadata"]) == failed
    types = {
        (event["event_type"], event["metadata"]["exception"]["type"])
        for event in done.events
        if "exception" in event["metadata"]
    }
    assert types == {
        ("permanent_error", "FetchError"),
        ("unexpected_error", "ZeroDivisionError"),
    }


ASYNC_AGENT = '''
import asyncio
from logger_util import setup_logger, log
from metrics import TaskTimer, track_task_latency, increment_errors
import prometheus_client

logger = setup_logger("async_agent", "DEBUG")
prometheus_client.Gauge("queue_length", "Waiting").set(4)

@track_task_latency("editing")
async def edit(number):
    await asyncio.sleep(0.01)
    if number == 3:
        raise TimeoutError("slow")
    return number

async def worker(number):
    try:
        await edit(number)
        log(logger, "DEBUG", "edited", "editing_agent", "task_completed", {"n": number}, f"c{number}")
    except TimeoutError:
        increment_errors("transient")
        log(logger, "ERROR", "failed", "editing_agent", "task_failed", {"n": number}, f"c{number}")

async def main():
    await asyncio.gather(*[worker(n) for n in range(5)])

asyncio.run(main())
# The agent serves its page by itself, with prometheus_client's own server.
server = prometheus_client.generate_latest().decode()
assert 'errors_encountered_total{error_type="transient"} 1.0' in server
assert 'task_latency_seconds_count{task_type="editing"} 5.0' in server
assert "queue_length 4.0" in server
'''


def test_an_asyncio_agent_that_serves_its_own_page(run):
    done = run(ASYNC_AGENT).clean()
    by_number = {event["metadata"]["n"]: event for event in done.events}
    assert sorted(by_number) == [0, 1, 2, 3, 4]
    assert by_number[3]["metadata"]["exception"]["type"] == "TimeoutError"
    assert {event["severity"] for event in done.events} == {"DEBUG", "ERROR"}
