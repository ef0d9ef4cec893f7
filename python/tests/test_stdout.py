"""Stdout that is closed, broken, stalled, replaced or shared."""

from __future__ import annotations

import json
import subprocess
import sys

from conftest import environment

PREAMBLE = """
import io, os, sys, time
from logger_util import setup_logger, log
import swarmscope._native as native
logger = setup_logger("t")
def say(text): log(logger, "INFO", text, "a", "x")
"""


def test_a_closed_stdout_is_survived_however_it_was_closed(run):
    closed_later = "say('zero'); sys.stdout.close()"
    for close in ("sys.stdout.close()", "os.close(1)", "sys.stdout = None", closed_later):
        done = run(
            PREAMBLE
            + f"""
{close}
say("one"); logger.info("two")
assert native.dropped() == 2, native.dropped()
sys.stderr.write("went on"); sys.stderr.flush()
os._exit(0)
"""
        )
        assert (done.code, done.stderr) == (0, "went on"), close
        assert done.stdout.count("\n") == (close == closed_later), close


def test_a_file_that_was_opened_as_descriptor_1_gets_no_events(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        PREAMBLE
        + """
with open("data.bin", "wb") as data:
    assert data.fileno() == 1
    say("not into the data")
    data.write(b"data")
"""
    )
    started = ["sh", "-c", '"$0" "$1" >&-', sys.executable, str(script)]
    subprocess.run(started, cwd=tmp_path, env=environment(), check=True, timeout=30)
    assert (tmp_path / "data.bin").read_bytes() == b"data"


def test_a_reader_that_has_gone_is_survived(run, tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        PREAMBLE
        + """
sys.stdin.readline()
for n in range(1000): say("x" * 200)
say("y" * 100_000)
sys.stderr.write("went on"); sys.stderr.flush()
"""
    )
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    program.stdout.close()
    program.stdin.write(b"go\n")
    program.stdin.close()
    assert program.wait(30) == 0
    assert program.stderr.read() == b"went on"
    program.stderr.close()


def test_a_reader_that_does_not_read_holds_nothing_up_and_gets_everything_later(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        PREAMBLE
        + """
started = time.monotonic()
for n in range(5000): log(logger, "INFO", "x" * 200, "a", "x", {"n": n})
log(logger, "INFO", "y" * 20_000, "a", "x", {"n": 5000})
sys.stderr.write(f"{time.monotonic() - started}\\n"); sys.stderr.flush()
assert swarmscope_flush(30)
""".replace("swarmscope_flush", "native.flush")
    )
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    # The pipe holds 64 KiB; the program logs a megabyte and is not waited for.
    assert float(program.stderr.readline()) < 20
    out, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (0, b"")
    assert [json.loads(line)["metadata"]["n"] for line in out.split(b"\n")[:-1]] == list(
        range(5001)
    )


def test_print_and_events_keep_their_order_and_their_lines_whole(run):
    # All of it fits into a pipe, so the order holds however late the reader is: to one that does not
    # keep up events are written behind the caller's back.
    done = run(
        PREAMBLE
        + """
for n in range(100):
    print("p" * 100, n)
    log(logger, "INFO", "e" * 100, "a", "x", {"n": n})
"""
    )
    lines = done.clean().stdout.splitlines()
    assert lines[0::2] == [f"{'p' * 100} {n}" for n in range(100)]
    assert [json.loads(line)["metadata"]["n"] for line in lines[1::2]] == list(range(100))


def test_a_replaced_stdout_gets_the_events(run):
    done = run(
        PREAMBLE
        + """
import contextlib
class Tee(io.TextIOWrapper):
    def write(self, text): seen.append(text); return super().write(text)
class Raising:
    def write(self, text): raise RuntimeError("full")
seen, caught = [], io.StringIO()
with contextlib.redirect_stdout(caught):
    say("é")
assert "é" in caught.getvalue() and caught.getvalue().endswith("}\\n")
with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="ascii")) as ascii_only:
    say("é")
    ascii_only.seek(0)
    assert "\\\\u00e9" in ascii_only.read()
with contextlib.redirect_stdout(Raising()):
    say("lost")
assert native.dropped() == 1
with contextlib.redirect_stdout(Tee(sys.stdout.buffer, write_through=True)) as tee:
    say("through the tee")
    tee.detach()
assert len(seen) == 1
say("plain")
"""
    ).clean()
    tee, plain, report = done.events
    assert (tee["message"], plain["message"]) == ("through the tee", "plain")
    assert (report["event_type"], report["metadata"]) == ("events_dropped", {"dropped": 1})


def test_a_redirected_descriptor_takes_the_events_along(run, tmp_path):
    done = run(
        PREAMBLE
        + """
say("before")
target = os.open("redirected.log", os.O_WRONLY | os.O_CREAT)
os.dup2(target, 1)
say("after")
"""
    ).clean()
    assert [event["message"] for event in done.events] == ["before"]
    assert json.loads((tmp_path / "redirected.log").read_text())["message"] == "after"


def test_threads_write_whole_lines(run):
    done = run(
        PREAMBLE
        + """
import threading
def work(thread):
    for n in range(300):
        log(logger, "INFO", "m" * (n * 20), "a", "x", {"thread": thread, "n": n})
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    ).clean()
    order = {}
    for event in done.events:
        order.setdefault(event["metadata"]["thread"], []).append(event["metadata"]["n"])
    assert order == {thread: list(range(300)) for thread in range(8)}
