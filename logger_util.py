"""Logging for agents that run at the root of this repository.

A program's own folder comes before installed packages, so here this file is `logger_util`, and it is
the installed package's. The substance is `python/lib/swarmscope/logging.py`.
"""

try:
    from swarmscope.logging import correlation, get_correlation_id, log, setup_logger
except ModuleNotFoundError as missing:
    if not str(missing.name).startswith("swarmscope"):
        raise
    raise ModuleNotFoundError(
        "logger_util needs the Python package of this repository, which is not installed for this "
        "Python; at the root of the repository: pip install -r requirements.txt",
        name=missing.name,
    ) from None

__all__ = ["correlation", "get_correlation_id", "log", "setup_logger"]
