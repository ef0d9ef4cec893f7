"""What holds when a process forks or ends, in whatever way."""

from __future__ import annotations

import collections
import json
import signal
import subprocess
import sys
import time

import pytest
from conftest import environment

PREAMBLE = """
import multiprocessing, os, signal, sys, threading, time
from logger_util import setup_logger, log
import swarmscope._native as native
logger = setup_logger("t")
def say(text): log(logger, "INFO", text, "a", "x")
"""


def messages(done):
    return [event["message"] for event in done.events]


@pytest.mark.parametrize(
    "end, code",
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("os._exit(4)", 4),
        ("raise ValueError('uncaught')", 1),
        ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)", -signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGKILL); time.sleep(30)", -signal.SIGKILL),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_what_was_logged_is_out_however_the_process_ends(run, end, code):
    done = run(PREAMBLE + f"for n in range(50): say(str(n))\n{end}\n")
    assert done.code == code
    assert messages(done) == [str(n) for n in range(50)]


def test_a_long_line_is_out_too(run):
    done = run(PREAMBLE + "say('y' * 20_000)\nos._exit(0)\n")
    assert [len(message) for message in messages(done)] == [20_000]


def test_handlers_of_signals_exits_and_finalizers_may_log(run):
    done = run(
        PREAMBLE
        + """
import atexit
class Last:
    def __del__(self): say("finalizer")
kept = Last()
atexit.register(say, "atexit")
def terminated(*_):
    say("terminated")
    sys.exit(0)
signal.signal(signal.SIGTERM, terminated)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(30)
"""
    )
    assert done.code == 0
    assert messages(done)[:2] == ["terminated", "atexit"]


def test_what_waits_for_a_slow_reader_is_written_before_the_exit(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PREAMBLE + "for n in range(3000): say('x' * 100)\nsys.stderr.write('done')\n")
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert program.stderr.read(4) == b"done"
    # Long after a program that does not wait would have ended.
    time.sleep(0.7)
    assert program.poll() is None
    out, _ = program.communicate(timeout=30)
    assert out.count(b"\n") == 3000


def test_forked_children_write_and_nothing_is_doubled_or_lost(run):
    done = run(
        PREAMBLE
        + """
say("parent before")
for child in range(5):
    pid = os.fork()
    if pid == 0:
        for n in range(20): say(f"child {child} {n}")
        os._exit(0)
    os.waitpid(pid, 0)
say("parent after")
"""
    ).clean()
    expected = [f"child {child} {n}" for child in range(5) for n in range(20)]
    assert messages(done) == ["parent before", *expected, "parent after"]


def test_a_fork_while_lines_wait_and_threads_log_doubles_nothing(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        PREAMBLE
        + """
for n in range(1000): say(f"parent {n} " + "x" * 200)
stop = threading.Event()
counts = [0, 0]
def busy(thread):
    while not stop.is_set():
        say(f"thread {thread} {counts[thread]}"); counts[thread] += 1
        time.sleep(0.001)
threads = [threading.Thread(target=busy, args=(n,)) for n in range(2)]
for thread in threads: thread.start()
pids = []
for child in range(10):
    pid = os.fork()
    if pid == 0:
        say(f"child {child}")
        os._exit(0 if native.flush(30) else 1)
    pids.append(pid)
stop.set()
for thread in threads: thread.join()
sys.stderr.write(f"{counts[0]} {counts[1]}\\n"); sys.stderr.flush()
assert all(os.waitpid(pid, 0)[1] == 0 for pid in pids)
assert native.flush(30)
"""
    )
    program = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    logged = [int(count) for count in program.stderr.readline().split()]
    out, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (0, b"")
    seen = collections.Counter(
        json.loads(line)["message"].rstrip("x ") for line in out.split(b"\n")[:-1]
    )
    expected = [f"parent {n}" for n in range(1000)] + [f"child {n}" for n in range(10)]
    expected += [f"thread {t} {n}" for t in range(2) for n in range(logged[t])]
    assert seen == collections.Counter(expected)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_write(run, method):
    done = run(
        """
import multiprocessing
from logger_util import setup_logger, log
def work(n):
    log(setup_logger("t"), "INFO", f"work {n}", "a", "x")
    return n
if __name__ == "__main__":
    logger = setup_logger("t")
    log(logger, "INFO", "parent", "a", "x")
    with multiprocessing.get_context("METHOD").Pool(3) as pool:
        assert pool.map(work, range(12)) == list(range(12))
        pool.close(); pool.join()
    log(logger, "INFO", "end", "a", "x")
""".replace("METHOD", method)
    )
    assert done.code == 0, done.stderr
    found = messages(done)
    assert (found[0], found[-1]) == ("parent", "end")
    assert sorted(found[1:-1]) == sorted(f"work {n}" for n in range(12))


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_logging_alone_starts_no_thread(run):
    run(
        PREAMBLE
        + """
say("m")
assert len(os.listdir("/proc/self/task")) == 1
"""
    ).clean()
