"""Real clients ship 10,000 events while the server is overloaded, killed with SIGKILL and started again.

    python3 tests/clients/outages BINARY NAME…

One scheme for all: a client gets the events as lines, on its standard input or in a file that it
follows. When the first are written the server refuses everything with 429 for a while, as more lines come.
When half of them are written it is killed under the requests on their way, and a moment later it is back.
In the end nothing may be missing, and of a client that sends ids nothing may be there twice.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from clients import CLIENTS
from overload import overloaded
from server import PATIENCE, Server
from shipped import EVENTS, KILL_AFTER, PACE, UNTIL_BACK, UNTIL_OVERLOAD, UNTIL_RELIEF, arrived, line, problems

INDEX = "outages"
# How long the server refuses, and how long it is away, in seconds: long enough for clients to try again.
REFUSING = 1.5
AWAY = 1.5


class Feed(threading.Thread):
    """Writes the lines at their pace, and waits at each gate until it is opened."""

    def __init__(self, sink):
        super().__init__(daemon=True)
        self.sink = sink
        self.gates = {at: threading.Event() for at in (UNTIL_OVERLOAD, UNTIL_RELIEF, UNTIL_BACK)}

    def run(self):
        try:
            for number in range(EVENTS):
                if number in self.gates:
                    self.gates[number].wait()
                if number % 40 == 0:
                    self.sink.flush()
                    time.sleep(40 / PACE)
                self.sink.write(line(number))
            self.sink.close()
        except BrokenPipeError:
            pass  # The client ended; its status tells.

    def open(self, *gates):
        for gate in gates or self.gates:
            self.gates[gate].set()


def wait_for(server, documents, client):
    """Until so many documents are found, or the client ended early."""
    deadline = time.monotonic() + PATIENCE
    while server.documents(INDEX) < documents:
        if client.poll() is not None:
            raise RuntimeError(f"the client ended with {client.returncode} before it had sent {documents} events")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{server.documents(INDEX)} documents after {PATIENCE} s, of {documents}")
        time.sleep(0.01)


def disturb(server, client, feed, overload):
    """Overload and outage; the number of documents that were there before the kill."""
    wait_for(server, 1, client)
    with overloaded(server) if overload else contextlib.nullcontext():
        feed.open(UNTIL_OVERLOAD)
        time.sleep(REFUSING)
    feed.open(UNTIL_RELIEF)
    wait_for(server, KILL_AFTER, client)
    before = server.documents(INDEX)
    server.kill()
    time.sleep(AWAY)
    server.start()
    feed.open(UNTIL_BACK)
    return before


def finish(server, client, follows):
    """A program ends when its input does; a shipper goes on, and is asked to end when all is there."""
    deadline = time.monotonic() + 2 * PATIENCE
    if not follows:
        status = client.wait(2 * PATIENCE)
        if status != 0:
            raise RuntimeError(f"the client ended with {status}")
        return
    while len(arrived(server, INDEX)) < EVENTS and time.monotonic() < deadline:
        time.sleep(0.2)
    client.terminate()
    client.wait(PATIENCE)


def ship(server, kind, folder):
    """Runs one client through it all; the sentence that tells what happened, and what is wrong."""
    source = Path(folder, "events.log")
    source.touch()
    with open(f"{folder}/client.log", "wb") as log:
        client = subprocess.Popen(
            kind.command(server.url, INDEX, Path(folder)), env=kind.environment(server.url, INDEX),
            stdin=subprocess.DEVNULL if kind.follows else subprocess.PIPE, stdout=log, stderr=log, text=True,
        )
    feed = Feed(source.open("w") if kind.follows else client.stdin)
    feed.start()
    try:
        before = disturb(server, client, feed, kind.sends_refused_again)
        finish(server, client, kind.follows)
    finally:
        feed.open()
        if client.poll() is None:
            client.kill()
            client.wait()
    found, documents = arrived(server, INDEX), server.documents(INDEX)
    told = f"killed at {before} documents, {documents} at the end, {documents - len(found)} of them duplicates"
    return told, list(problems(found, documents, kind.sends_ids))


def run(binary, name):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder)
        started = time.monotonic()
        try:
            server.start()
            told, wrong = ship(server, CLIENTS[name], folder)
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            told, wrong = "", [str(error)]
        finally:
            server.stop()
        if not wrong:
            print(f"pass  {name}: {told} ({time.monotonic() - started:.0f} s)", flush=True)
            return True
        print(f"FAIL  {name}: {'; '.join(wrong)}\n{told}")
        words = Path(folder, "client.log")
        if words.exists():
            print("the client's last words:", words.read_text(errors="replace")[-2000:], flush=True)
        return False


def main():
    binary, names = sys.argv[1], sys.argv[2:] or list(CLIENTS)
    unknown = [name for name in names if name not in CLIENTS]
    if unknown:
        sys.exit(f"no such client: {', '.join(unknown)}; there are {', '.join(CLIENTS)}")
    passed = [run(binary, name) for name in names]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
