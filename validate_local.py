#!/usr/bin/env python3
"""Checks the Python modules on this machine, and then the installation that runs on it.

    python validate_local.py [options of `swarmscope validate`]

First what needs no service: the modules can be imported, LOG_LEVEL does what it says, an error carries
its stack, the metrics are on their page. Then `swarmscope validate` checks the running system: the
embedded one, or with --stack the one of docker-compose.yml. Ends with 1 when a check fails.
"""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent
SAMPLE = """
from logger_util import setup_logger, log
logger = setup_logger("validation_agent")
for severity in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    try:
        1 / 0
    except ZeroDivisionError:
        log(logger, severity, "a sample", "validation_agent", "validation", {"n": 1}, "validation-1")
"""
METRICS = ("tasks_dispatched_total", "errors_encountered_total", "task_latency_seconds", "active_tasks")
LEVELS = {"DEBUG": 5, "INFO": 4, "WARNING": 3, "ERROR": 2, "CRITICAL": 1}


def lines(level):
    environment = {**os.environ, "LOG_LEVEL": level, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SAMPLE]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if output.returncode != 0:
        raise AssertionError(output.stderr.strip().splitlines()[-1])
    return [json.loads(line) for line in output.stdout.splitlines()]


def check_levels():
    for level, expected in LEVELS.items():
        found = len(lines(level))
        assert found == expected, f"LOG_LEVEL={level}: {found} lines instead of {expected}"


def check_shape():
    for line in lines("DEBUG"):
        for field in ("timestamp", "agent_name", "event_type", "severity", "message", "metadata"):
            assert field in line, f"{field} is missing in {line}"
        assert line["metadata"]["correlation_id"] == "validation-1", line


def check_exception():
    for line in lines("ERROR"):
        exception = line["metadata"]["exception"]
        assert exception["type"] == "ZeroDivisionError", exception
        assert exception["traceback"], exception


def check_metrics():
    code = "import metrics; metrics.start_metrics_server(int(input())); print('up', flush=True); input()"
    port = subprocess.check_output([ROOT / "scripts/free-ports", "1"], text=True).strip()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        program.stdin.write(f"{port}\n")
        program.stdin.flush()
        assert program.stdout.readline() == "up\n", "the metrics server does not start"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            text = page.read().decode()
        program.stdin.write("\n")
        program.stdin.flush()
    missing = [name for name in METRICS if f"# TYPE {name} " not in text]
    assert not missing, f"not on the page: {', '.join(missing)}"


CHECKS = {
    "Events have every field, and the correlation id": check_shape,
    "LOG_LEVEL sets what is logged": check_levels,
    "Errors carry their stack": check_exception,
    "The four metrics are on their page": check_metrics,
}


def python_modules(quiet):
    results = []
    for name, check in CHECKS.items():
        try:
            check()
            results.append((name, None))
        except Exception as error:  # whatever it is, it is the answer
            results.append((name, str(error) or repr(error)))
    if not quiet:
        print("Python modules")
        for name, wrong in results:
            print(f"  {'FAIL       ' if wrong else 'pass       '} {name}{'  ' + wrong if wrong else ''}")
            if wrong:
                print("              → pip install -r requirements.txt, at the root of the repository")
    return all(wrong is None for _, wrong in results)


def main() -> int:
    arguments = sys.argv[1:]
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return subprocess.run([ROOT / "scripts" / "swarmscope", "validate", "--help"]).returncode
    modules = python_modules(quiet="--json" in arguments)
    sys.stdout.flush()
    system = subprocess.run([ROOT / "scripts" / "swarmscope", "validate", *arguments]).returncode
    if not modules and "--json" in arguments:
        print("the Python modules failed; run without --json to see what", file=sys.stderr)
    return 0 if modules and system == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
