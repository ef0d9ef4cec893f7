"""The completions of an agent with several tasks in hand, sent together.

Those that come while a call is under way go with the next one; one that comes alone waits for nobody. Nothing is
tried again here: who reports does. Nobody waits for long: the same completion twice is one.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from typing import Any, Callable, Optional

#: Completions of one call, as many as the orchestrator takes.
MOST = 64
#: Seconds that a completion waits for a call with others. Far above what a call takes, and well within a lease, so
#: that one call that hangs costs none of the others its claim.
ALONE_AFTER = 2.0

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
        """What became of the completion; None when the call for all of them failed or takes too long."""
        answer: Future[Optional[dict[str, Any]]] = Future()
        self._waiting.put((completion, answer))
        try:
            return answer.result(timeout=ALONE_AFTER)
        except NotInTime:
            # What has not been sent yet need not be.
            answer.cancel()
            return None

    def close(self) -> None:
        """Ends when everything is answered that has come, or when nobody waits for an answer any more."""
        self._waiting.put(None)
        self._sender.join(timeout=ALONE_AFTER)

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
            come = waiting if more else waiting[:-1]
            batch = [each for each in come if each[1].set_running_or_notify_cancel()]
            if not batch:
                continue
            try:
                results = self._send([completion for completion, _ in batch]) or []
            except Exception:
                # Others wait behind these, and each of these is sent alone, which tells the reason.
                results = []
            for place, (_, answer) in enumerate(batch):
                answer.set_result(results[place] if place < len(results) else None)
