"""A server of one's own that is started, killed and started again on the same ports and data."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

# Longest a start or a reply may take, in seconds, on a machine that builds something else beside.
PATIENCE = 60
PORTS = ("listen", "elastic", "prometheus", "orchestrator")


def free_ports(number):
    """Below what the system gives to clients' connections, which come again and again while a server is away."""
    script = Path(__file__).resolve().parents[3] / "scripts" / "free-ports"
    return [int(port) for port in subprocess.check_output([script, str(number)]).split()]


def call(method, url, body=None, kind="application/json"):
    """The status and the body of the reply; a refusal is a reply."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class Server:
    """The binary in a folder; `url` is its Elasticsearch API."""

    def __init__(self, binary, folder):
        self.folder = folder
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        self.url = f"http://127.0.0.1:{self.ports['elastic']}"
        self.command = [binary, "up", "--data", f"{folder}/data"]
        for name, port in self.ports.items():
            self.command += [f"--{name}", f"127.0.0.1:{port}"]
        self.process = None

    def start(self):
        with open(f"{self.folder}/server.log", "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if call("GET", self.url)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server does not answer; its last words: {self.last_words()}")

    def kill(self):
        """As by power: nothing is flushed, nothing said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def last_words(self):
        with open(f"{self.folder}/server.log", "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 2000))
            return log.read().decode(errors="replace")

    def documents(self, index):
        """How many documents are found; none when the index is not there yet."""
        status, reply = call("GET", f"{self.url}/{index}/_count")
        return reply["count"] if status == 200 else 0
