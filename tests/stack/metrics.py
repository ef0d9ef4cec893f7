"""The stack's commands and Prometheus for real, without containers.

    metrics.py ROOT SWARMSCOPE PROMETHEUS WORK

Starts the orchestrator, the test agent and the demo agents with the commands of docker-compose.yml, and
Prometheus with prometheus.yml and its rules; only host names and ports differ. Then every target is up,
every PromQL panel of the dashboards has data, and the recorded names are there. The dashboard of Swarmscope
itself is left out: the stack has other engines in its place.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

PATIENCE = 180
AGENTS = ("test_agent", "research_agent", "writing_agent", "editing_agent", "fact_checking_agent")


def free_ports(number):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def ask(base, expression):
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"{base}/api/v1/query?{query}", timeout=10) as reply:
        return json.load(reply)["data"]["result"]


def prometheus_config(root, work, ports):
    """The shipped file, with loopback for names and a scrape each second for the sake of time."""
    text = (root / "deploy/prometheus.yml").read_text()
    for name, port in ports.items():
        text = re.sub(rf"\b{name}:\d+", f"127.0.0.1:{port}", text)
    text = re.sub(r"(scrape_interval|evaluation_interval|scrape_timeout): \d+s", r"\1: 1s", text)
    (work / "prometheus.yml").write_text(text)
    (work / "swarmscope_password").write_text("a password")
    (work / "rules").symlink_to(root / "deploy/rules")
    return work / "prometheus.yml"


def wanted(root):
    """Each panel's expression, but those that say what to show when there is nothing."""
    for path in sorted((root / "deploy/grafana/provisioning/dashboards").glob("*.json")):
        board = json.loads(path.read_text())
        if board["uid"] == "swarmscope-itself":
            continue
        for panel in board["panels"]:
            quiet = panel.get("fieldConfig", {}).get("defaults", {}).get("noValue") in ("0", "–")
            for target in panel.get("targets", []):
                if "expr" in target and not quiet:
                    expression = re.sub(r"\$__(rate_interval|range)", "1m", target["expr"]).replace("$agent", ".+")
                    yield f"{board['title']}, {panel['title']}", expression
    for name in ("tasks_dispatched", "errors_encountered", "instance:errors_per_task:ratio_rate5m"):
        yield "recorded", name


def start(root, binary, prometheus, work):
    services = yaml.safe_load((root / "deploy/docker-compose.yml").read_text())["services"]
    names = ["orchestrator", *AGENTS, "prometheus"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    environment = {**os.environ, "SWARMSCOPE_USER": "swarmscope:a password", "SWARMSCOPE_DATA": str(work / "state"),
                   "SWARMSCOPE_ORCHESTRATOR": f"http://127.0.0.1:{ports['orchestrator']}"}
    config = prometheus_config(root, work, {name: port for name, port in ports.items() if name != "prometheus"})
    for name in names[:-1]:
        command = [re.sub(r"^0\.0\.0\.0:\d+$", f"127.0.0.1:{ports[name]}", word) for word in services[name]["command"]]
        with (work / f"{name}.log").open("w") as log:
            yield subprocess.Popen([binary, *command], stdout=log, stderr=log, env=environment)
    with (work / "prometheus.log").open("w") as log:
        # The shipped file's job `prometheus` asks port 9090, which is not ours here.
        yield subprocess.Popen(
            [prometheus, f"--config.file={config}", f"--storage.tsdb.path={work / 'data'}",
             f"--web.listen-address=127.0.0.1:{ports['prometheus']}"], stdout=log, stderr=log)
    yield f"http://127.0.0.1:{ports['prometheus']}"


def missing(base, root):
    up = [each for each in ask(base, 'up{job!="prometheus"}') if each["value"][1] == "1"]
    if len(up) != 1 + len(AGENTS):
        yield f"{len(up)} of {1 + len(AGENTS)} targets are up"
    for title, expression in wanted(root):
        if not any(each["value"][1] != "NaN" for each in ask(base, expression)):
            yield f"{title}: no data for {expression}"


def main():
    root, work = Path(sys.argv[1]).resolve(), Path(sys.argv[4])
    children, problems = [], ["Prometheus does not answer"]
    try:
        for started in start(root, sys.argv[2], sys.argv[3], work):
            children.append(started)
        base, deadline = children.pop(), time.monotonic() + PATIENCE
        while problems and time.monotonic() < deadline:
            time.sleep(2)
            try:
                problems = list(missing(base, root))
            except OSError as error:
                problems = [f"Prometheus does not answer: {error}"]
    finally:
        for child in (each for each in children if isinstance(each, subprocess.Popen)):
            child.terminate()
        for child in (each for each in children if isinstance(each, subprocess.Popen)):
            child.wait(30)
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
