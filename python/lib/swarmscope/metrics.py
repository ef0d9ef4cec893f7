"""The four metrics of every agent, and the page they stand on with the agent's own.

The four are counted by the Rust SDK. With `prometheus_client` installed they are a collector of its
registry, so that there is one registry and one page, whoever serves it; without it they are served
alone, as text.
"""

from __future__ import annotations

import errno
import functools
import inspect
import os
import socketserver
import threading
import time
import warnings
from typing import Any, Callable, Iterable, Optional, TypeVar, Union
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from . import _native

try:
    import prometheus_client
    from prometheus_client.core import Metric
    from prometheus_client.parser import text_string_to_metric_families
    from prometheus_client.utils import floatToGoString
except ImportError:
    prometheus_client = None  # type: ignore[assignment]

__all__ = [
    "TaskTimer",
    "decrement_active_tasks",
    "increment_active_tasks",
    "increment_errors",
    "increment_tasks_dispatched",
    "start_metrics_server",
    "track_task_latency",
]

Function = TypeVar("Function", bound=Callable[..., Any])

#: A scraper that does not finish its request within this time is not one.
_REQUEST_SECONDS = 10


def increment_tasks_dispatched(task_type: str = "unknown") -> None:
    """Counts a task given to an agent."""
    _native.increment_tasks_dispatched(task_type)


def increment_errors(error_type: str = "general") -> None:
    """Counts an error of this class: `transient`, `permanent`, `unexpected` or another."""
    _native.increment_errors(error_type)


def increment_active_tasks(agent_type: str = "unknown") -> None:
    """Counts a task as being worked on."""
    _native.increment_active_tasks(agent_type)


def decrement_active_tasks(agent_type: str = "unknown") -> None:
    """Counts a task as no longer being worked on."""
    _native.decrement_active_tasks(agent_type)


class TaskTimer:
    """Times a task: `with TaskTimer(task_type="research"): ...`, whether it succeeds or raises."""

    def __init__(self, task_type: str = "unknown") -> None:
        self.task_type = task_type
        self._started: Optional[float] = None

    def __enter__(self) -> TaskTimer:
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        if self._started is not None:
            _native.observe_task_latency(self.task_type, time.perf_counter() - self._started)
            self._started = None


def track_task_latency(task_type: Union[str, Function] = "unknown") -> Any:
    """Times every call of a function, or of a coroutine function until it is done."""
    if callable(task_type):
        return track_task_latency()(task_type)

    def decorate(function: Function) -> Function:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def timed_async(*args: Any, **kwargs: Any) -> Any:
                with TaskTimer(task_type):
                    return await function(*args, **kwargs)

            return timed_async  # type: ignore[return-value]

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with TaskTimer(task_type):
                return function(*args, **kwargs)

        return timed  # type: ignore[return-value]

    return decorate


if prometheus_client is not None:

    class _Collector:
        """The four metrics as `prometheus_client` wants them."""

        def describe(self) -> Iterable[Metric]:
            """Their names, so that a second metric of a name is refused when it is made."""
            return [
                Metric("tasks_dispatched", "", "counter"),
                Metric("errors_encountered", "", "counter"),
                Metric("task_latency_seconds", "", "histogram"),
                Metric("active_tasks", "", "gauge"),
            ]

        def collect(self) -> Iterable[Metric]:
            for family in text_string_to_metric_families(_native.render()):
                for sample in family.samples:
                    # Spelt as prometheus_client spells its own, which OpenMetrics demands: 1.0, not 1.
                    if "le" in sample.labels:
                        sample.labels["le"] = floatToGoString(sample.labels["le"])
                yield family

    def _register() -> None:
        try:
            prometheus_client.REGISTRY.register(_Collector())
        except ValueError as taken:
            warnings.warn(
                f"the metrics of swarmscope are not on the page of prometheus_client: {taken}; "
                "import metrics before making metrics of these names, or rename yours",
                RuntimeWarning,
                stacklevel=2,
            )

    _register()


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Not by way of HTTPServer, which looks the host's name up and may wait for it.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A scraper that hangs up is no news."""


class _Handler(WSGIRequestHandler):
    timeout = _REQUEST_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are no events."""


def _page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if prometheus_client is not None:
        return prometheus_client.make_wsgi_app()(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")])
    return [_native.render().encode()]


# By the port that was asked for; a forked child has no server, because threads do not come along.
_servers: dict[int, _Server] = {}
_lock = threading.Lock()


def _forget_servers() -> None:
    global _lock
    _lock = threading.Lock()
    for server in _servers.values():
        # The child's copy of the socket would keep the port when the parent ends.
        server.socket.close()
    _servers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_servers)


def start_metrics_server(port: int, addr: Optional[str] = None) -> int:
    """Serves the metrics page in the background; gives the port, which matters for port 0.

    Listens on METRICS_HOST, or on every address, because Prometheus asks from another container. Asked
    for a port that it serves already, it does nothing. A port that somebody else has is an `OSError`.
    """
    port = int(port)
    host = addr or os.environ.get("METRICS_HOST") or "0.0.0.0"
    with _lock:
        server = _servers.get(port)
        if server is None:
            try:
                server = _Server((host, port), _Handler)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                raise OSError(
                    errno.EADDRINUSE,
                    f"the metrics port {port} on {host} is in use; end the program that has it "
                    "or choose another port",
                ) from error
            server.set_app(_page)
            threading.Thread(
                target=server.serve_forever, name=f"metrics-{port}", daemon=True
            ).start()
            _servers[port] = server
            _servers[server.server_port] = server
        return server.server_port
