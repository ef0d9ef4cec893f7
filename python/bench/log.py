"""What one event costs the agent: `log()` against `logging` with a JSON formatter in pure Python.

Both write the same event to the same kind of stdout in the same run, in turns. CPU time of the process is
the figure; wall time on a shared machine says little. The exit status is 1 when the ratio is below 3.
"""

from __future__ import annotations

import datetime
import json
import logging
import sys
import time

import logger_util

EVENTS = 20_000
ROUNDS = 5
AT_LEAST = 3.0


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        now = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        metadata = dict(record.metadata)
        if record.correlation_id:
            metadata["correlation_id"] = record.correlation_id
        return json.dumps(
            {
                "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "agent_name": record.agent_name,
                "event_type": record.event_type,
                "severity": record.levelname,
                "message": record.getMessage(),
                "metadata": metadata,
            }
        )


def pure_logger() -> logging.Logger:
    logger = logging.getLogger("pure")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def pure_log(logger, severity, message, agent_name, event_type, metadata=None, correlation_id=None):
    extra = {
        "agent_name": agent_name,
        "event_type": event_type,
        "metadata": metadata or {},
        "correlation_id": correlation_id,
    }
    logger.log(getattr(logging, severity), message, extra=extra)


def measure(log, logger, severity: str) -> float:
    metadata = {"task_id": "t-1", "priority": "high", "attempt": 1, "tags": ["a", "b"], "cost": 0.25}
    started = time.process_time()
    for number in range(EVENTS):
        log(
            logger,
            severity,
            f"Processing task {number}",
            "research_agent",
            "task_processing",
            metadata=metadata,
            correlation_id="5e1f1c9e-5bd0-4a5c-9c8f-7cf4f9d0a0c1",
        )
    return (time.process_time() - started) / EVENTS * 1e6


def main() -> int:
    ours, pure = logger_util.setup_logger("bench", "INFO"), pure_logger()
    ratios = []
    for name, severity in (("an event", "INFO"), ("below the level", "DEBUG")):
        figures = [
            (measure(logger_util.log, ours, severity), measure(pure_log, pure, severity))
            for _ in range(ROUNDS)
        ]
        swarmscope_us, pure_us = (min(column) for column in zip(*figures))
        ratio = pure_us / swarmscope_us
        ratios.append(ratio)
        text = f"{name}: log() {swarmscope_us:.2f} us, pure Python {pure_us:.2f} us, ratio {ratio:.1f}\n"
        sys.stderr.write(text)
    # What is below the level costs next to nothing on either side, and is shown for information.
    return 0 if ratios[0] >= AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
