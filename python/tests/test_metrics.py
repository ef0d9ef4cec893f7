"""The four metrics, the page and the server."""

from __future__ import annotations

PREAMBLE = """
import urllib.request
from metrics import *
def page(port, accept="text/plain"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})
    answer = urllib.request.urlopen(request, timeout=10)
    return answer.headers["Content-Type"], answer.read().decode()
def has(text, *lines):
    found = text.split("\\n")
    for line in lines:
        assert found.count(line) == 1, (line, found.count(line), text)
"""

COUNTED = """
increment_tasks_dispatched(task_type="research")
increment_tasks_dispatched()
increment_errors(error_type="transient"); increment_errors("transient"); increment_errors()
increment_active_tasks(agent_type="research_agent"); increment_active_tasks("research_agent")
decrement_active_tasks(agent_type="research_agent")
with TaskTimer(task_type="research"): pass
LINES = [
    'tasks_dispatched_total{task_type="research"} NUM',
    'tasks_dispatched_total{task_type="unknown"} NUM',
    'errors_encountered_total{error_type="general"} NUM',
    'active_tasks{agent_type="research_agent"} NUM',
    'task_latency_seconds_count{task_type="research"} NUM',
] + [f'task_latency_seconds_bucket{{le="{le}",task_type="research"}} NUM'
     for le in ("0.05", "0.1", "0.2", "0.5", "1.0", "2.0", "5.0", "10.0", "+Inf")]
"""


def test_the_four_and_custom_metrics_stand_once_on_one_page_in_both_formats(run):
    run(
        PREAMBLE
        + COUNTED
        + """
from prometheus_client import Counter, Gauge, REGISTRY, generate_latest
Counter("papers_read", "mine", ["kind"]).labels("long").inc(3)
Gauge("mood", "mine").set(0.5)
port = start_metrics_server(0)
kind, text = page(port)
assert kind.startswith("text/plain; version="), kind
lines = [line.replace("NUM", "1.0") for line in LINES]
has(text, *lines, 'papers_read_total{kind="long"} 3.0', "mood 0.5",
    'errors_encountered_total{error_type="transient"} 2.0',
    "# TYPE tasks_dispatched_total counter", "# TYPE task_latency_seconds histogram")
kind, text = page(port, "application/openmetrics-text; version=1.0.0")
assert kind.startswith("application/openmetrics-text"), kind
has(text, *lines, 'papers_read_total{kind="long"} 3.0', "# TYPE tasks_dispatched counter", "# EOF")
# Programs that serve or test the registry of prometheus_client themselves find the four in it.
assert REGISTRY.get_sample_value("tasks_dispatched_total", {"task_type": "research"}) == 1
assert b"errors_encountered_total" in generate_latest()
"""
    ).clean()


def test_the_four_work_without_prometheus_client(run):
    run(
        'import sys; sys.modules["prometheus_client"] = None\n'
        + PREAMBLE
        + COUNTED
        + """
kind, text = page(start_metrics_server(0), "application/openmetrics-text")
assert kind == "text/plain; version=0.0.4; charset=utf-8", kind
import re
plain = re.sub(r"\\{task_type=\\"research\\",le=\\"(.*?)\\"\\}", r'{le="\\1",task_type="research"}', text)
plain = re.sub(r'le="(1|2|5|10)"', r'le="\\1.0"', plain)
has(plain, *[line.replace("NUM", "1") for line in LINES])
"""
    ).clean()


def test_the_server_starts_once_and_a_taken_port_is_named(run):
    run(
        PREAMBLE
        + """
import os, socket
port = start_metrics_server(0)
assert port > 0 and start_metrics_server(0) == port == start_metrics_server(port)
with socket.socket() as other:
    other.bind(("127.0.0.1", 0)); other.listen()
    taken = other.getsockname()[1]
    try:
        start_metrics_server(taken)
        raise SystemExit("a taken port was accepted")
    except OSError as error:
        assert f"port {taken}" in str(error) and "choose another port" in str(error), error
page(port)
"""
    ).clean()


def test_timers_and_the_decorator_count_success_failure_and_coroutines(run):
    run(
        PREAMBLE
        + """
import asyncio, inspect
from prometheus_client import REGISTRY
def timed(task_type):
    value = lambda name: REGISTRY.get_sample_value(name, {"task_type": task_type})
    return value("task_latency_seconds_count"), value("task_latency_seconds_sum")
@track_task_latency(task_type="sync")
def work(x, y=1):
    "docs"
    return x + y
@track_task_latency("failing")
def failing(): raise ValueError("no")
@track_task_latency("coroutine")
async def slowly():
    await asyncio.sleep(0.2)
    return 7
@track_task_latency
def bare(): pass
assert work(1, y=2) == 3 and work.__name__ == "work" and work.__doc__ == "docs"
try: failing()
except ValueError: pass
assert inspect.iscoroutinefunction(slowly) and asyncio.run(slowly()) == 7
bare()
assert timed("sync")[0] == timed("failing")[0] == timed("unknown")[0] == 1
assert timed("coroutine")[0] == 1 and timed("coroutine")[1] >= 0.2
try:
    with TaskTimer(task_type="raised"): raise KeyError
except KeyError: pass
assert timed("raised")[0] == 1
timer = TaskTimer(task_type="twice")
for _ in range(2):
    with timer: pass
assert timed("twice")[0] == 2
"""
    ).clean()


def test_a_name_of_the_four_cannot_be_taken_twice(run):
    run(
        PREAMBLE
        + """
from prometheus_client import Counter
try:
    Counter("tasks_dispatched", "mine too")
    raise SystemExit("the name was given away twice")
except ValueError as error:
    assert "tasks_dispatched" in str(error)
"""
    ).clean()


def test_a_forked_child_serves_its_own_page(run):
    run(
        PREAMBLE
        + """
import os
increment_errors("before")
parent = start_metrics_server(0)
pid = os.fork()
if pid == 0:
    increment_errors("in_child")
    port = start_metrics_server(0)
    assert port != parent
    _, text = page(port)
    has(text, 'errors_encountered_total{error_type="before"} 1.0',
        'errors_encountered_total{error_type="in_child"} 1.0')
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
assert "in_child" not in page(parent)[1]
""",
        PYTHONWARNINGS="ignore",
    ).clean()


def test_labels_may_be_anything(run):
    run(
        PREAMBLE
        + """
increment_errors(error_type=ValueError("quote \\" backslash \\\\ line \\n"))
increment_tasks_dispatched(None)
_, text = page(start_metrics_server(0))
has(text, 'errors_encountered_total{error_type="quote \\\\" backslash \\\\\\\\ line \\\\n"} 1.0')
"""
    ).clean()
