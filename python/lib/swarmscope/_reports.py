"""The completions of an agent with several tasks in hand, sent together.

Those that come while a call is under way go with the next one; one that comes alone waits for nobody. Nothing is
tried again here: who reports does.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import Any, Callable, Optional

#: Completions of one call, as many as the orchestrator takes.
MOST = 64

Completion = dict[str, Any]
Results = list[dict[str, Any]]


class Reports:
    """Takes completions until it is closed."""

    def __init__(self, send: Callable[[list[Completion]], Optional[Results]]) -> None:
        self._send = send
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._run, name="reports", daemon=True)
        self._sender.start()

    def complete(self, completion: Completion) -> Optional[dict[str, Any]]:
        """What became of the completion; None when the call for all of them failed, for whatever reason."""
        answer: Future[Optional[dict[str, Any]]] = Future()
        self._waiting.put((completion, answer))
        return answer.result()

    def close(self) -> None:
        """Ends when everything is answered that has come."""
        self._waiting.put(None)
        self._sender.join()

    def _run(self) -> None:
        more = True
        while more:
            waiting = [self._waiting.get()]
            while waiting[-1] is not None and len(waiting) < MOST:
                try:
                    waiting.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            more = waiting[-1] is not None
            batch = waiting if more else waiting[:-1]
            if not batch:
                continue
            results = self._send([completion for completion, _ in batch]) or []
            for place, (_, answer) in enumerate(batch):
                answer.set_result(results[place] if place < len(results) else None)
