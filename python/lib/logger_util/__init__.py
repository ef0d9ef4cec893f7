"""The name under which agents import logging: `from logger_util import setup_logger, log`.

The substance is `swarmscope.logging`.
"""

from swarmscope.logging import correlation, get_correlation_id, log, setup_logger

__all__ = ["correlation", "get_correlation_id", "log", "setup_logger"]
