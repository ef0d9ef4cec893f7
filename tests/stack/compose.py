"""What every service of the stack has to have, checked on what Compose itself made of the files.

    compose.py ROOT RESOLVED.json [SWARMSCOPE]

RESOLVED.json is the output of `docker compose config --format json` with the profile `agents`. With the
binary, the commands of our own containers are read by it too.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

PORTS = {
    "elasticsearch": 9200, "kibana": 5601, "prometheus": 9090, "grafana": 3000, "postgres": 5432,
    "orchestrator": 8000, "test_agent": 8001, "research_agent": 8002, "writing_agent": 8003,
    "editing_agent": 8004, "fact_checking_agent": 8005,
}
EMBEDDED_PORTS = {"swarmscope": {4700, 8000, 9090, 9200}, "test_agent": {8001}}
OWN_IMAGES = {"orchestrator", "test_agent", "swarmscope"}
ENDS_BY_ITSELF = {"elasticsearch-setup", "kibana-setup"}


def ports_of(service):
    return {int(port["published"]) for port in service.get("ports", [])}


def every_service(name, service):
    if not service.get("mem_limit"):
        yield "has no memory limit"
    if service.get("restart") not in ("unless-stopped", "on-failure:5"):
        yield "has no restart policy"
    if service.get("init") is not True:
        yield "has no init"
    if list(service.get("networks", {})) != ["logging-network"]:
        yield "is not on logging-network alone"
    check = service.get("healthcheck", {})
    if name not in ENDS_BY_ITSELF and not check.get("test"):
        yield "has no health check"
    for port in service.get("ports", []):
        if port.get("host_ip") != "127.0.0.1":
            yield f"publishes {port['published']} on {port.get('host_ip') or 'every address'}"
    for needed, how in service.get("depends_on", {}).items():
        wanted = "service_completed_successfully" if needed in ENDS_BY_ITSELF else "service_healthy"
        if how["condition"] != wanted:
            yield f"does not wait until {needed} is well"
    for mount in service.get("volumes", []):
        source = Path(mount.get("source") or "/")
        if mount["type"] == "bind" and not str(source).startswith("/var/lib/docker") and not source.exists():
            yield f"mounts {source.name}, which is not there"


def image(service):
    name = service.get("image", "")
    if name in OWN_IMAGES:
        if service.get("read_only") is not True:
            yield "could write to its image"
        if service.get("cap_drop") != ["ALL"]:
            yield "keeps capabilities"
        if "no-new-privileges:true" not in service.get("security_opt", []):
            yield "could gain privileges"
    elif not re.search(r":v?\d+(\.\d+)+$", name):
        yield f"is not pinned: {name}"


def whole(project, embedded):
    services = project["services"]
    if project["networks"]["logging-network"]["name"] != "logging-network":
        yield "the network is not called logging-network"
    expected = EMBEDDED_PORTS if embedded else {name: {port} for name, port in PORTS.items()}
    for name, ports in expected.items():
        found = ports_of(services.get(name, {}))
        if found != ports:
            yield f"{name} publishes {sorted(found)}, not {sorted(ports)}"
    if not embedded:
        versions = {service["image"].rsplit(":", 1)[1] for service in services.values()
                    if service["image"].startswith("docker.elastic.co/")}
        if len(versions) != 1:
            yield f"Elasticsearch, Kibana and Filebeat are of several versions: {sorted(versions)}"


def scraped(root, services):
    """Every static target is a service that listens there, and every agent is a target."""
    config = yaml.safe_load((root / "prometheus.yml").read_text())
    targets = {target for job in config["scrape_configs"] for group in job.get("static_configs", [])
               for target in group["targets"]}
    agents = {f"{name}:{port}" for name, port in PORTS.items() if port in range(8000, 8006)}
    for target in sorted(targets ^ (agents | {"localhost:9090"})):
        yield f"prometheus.yml and the services disagree on {target}"
    for target in agents:
        name, port = target.split(":")
        if not any(port in word for word in services[name]["command"]):
            yield f"{name} is not told to listen on {port}"


def understood(name, service, binary):
    """`--help` at the end makes the binary read everything before it, and run nothing."""
    command = [binary, *service["command"], "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if answer.returncode != 0:
        yield f"the binary does not take `{' '.join(service['command'])}`: {answer.stderr.splitlines()[0]}"


def main():
    root = Path(sys.argv[1])
    project = json.loads(Path(sys.argv[2]).read_text())
    binary = sys.argv[3] if len(sys.argv) > 3 else None
    embedded = "swarmscope" in project["services"]
    problems = list(whole(project, embedded))
    if not embedded:
        problems += scraped(root, project["services"])
    for name, service in project["services"].items():
        problems += [f"{name} {what}" for what in (*every_service(name, service), *image(service))]
        if binary and service["image"] in OWN_IMAGES:
            problems += [f"{name}: {what}" for what in understood(name, service, binary)]
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
