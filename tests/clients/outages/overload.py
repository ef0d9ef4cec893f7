"""Takes all the memory that a server has for the bodies of requests, so that it refuses with 429.

A body counts from before its first byte, so a few requests that announce large ones and send nothing
are enough. The refusals are the server's own; no one stands between it and the clients.
"""

import contextlib
import socket
import time

from server import PATIENCE, call

MIB = 1024 * 1024
# The largest request, then smaller ones to fill what is left of `limits::MAX_BODIES_BYTES` (128 MiB).
ANNOUNCED = [100 * MIB] + [MIB] * 28 + [MIB // 16] * 16 + [MIB // 256] * 16
PROBE = b'{"index":{"_index":"overload-probe"}}\n{"message":"' + b"x" * 8192 + b'"}\n'


def announce(port, length):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(b"POST /_bulk HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\n"
                       b"content-length: %d\r\n\r\n" % length)
    return connection


@contextlib.contextmanager
def overloaded(server):
    """While this lasts the server refuses; it has been seen to when the block is entered."""
    connections = []
    try:
        for length in ANNOUNCED:
            connections.append(announce(server.ports["elastic"], length))
        deadline = time.monotonic() + PATIENCE
        while call("POST", f"{server.url}/_bulk", PROBE, "application/x-ndjson")[0] != 429:
            # A client's request was in the way of the larger ones.
            connections += [announce(server.ports["elastic"], length) for length in ANNOUNCED[1:]]
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not refuse, however much is announced")
        yield
    finally:
        for connection in connections:
            connection.close()
