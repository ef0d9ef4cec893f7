"""The index template and every Elasticsearch panel of the dashboards, against a running server.

    elasticsearch.py ROOT URL [--template]

Indexes events of the contract and asks what dashboards ask. With --template the shipped template is put
first by deploy/elasticsearch/setup.sh (without the lifecycle policy, which the free-standing distribution
lacks), and what it is for is checked as well. Without, the server has to do the same by itself.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

NOW = int(time.time() * 1000)
DAY = time.strftime("%Y.%m.%d", time.gmtime())
SOURCES = {"elasticsearch-filebeat": "filebeat-*", "elasticsearch-orchestrator": "orchestrator-logs-*",
           "elasticsearch-test-agent": "test_agent-*", "elasticsearch-swarmscope": "swarmscope-logs-*"}
EXCEPTION = {"type": "ValueError", "message": "Invalid input", "traceback": ["line one", "line two"]}
INDICES = {"filebeat-swarmscope": "research_agent", "orchestrator-logs": "orchestrator", "test_agent": "test_agent",
           "swarmscope-logs": "swarmscope"}


def call(method, url, body=None, kind="application/json"):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def event(agent_name, event_type, severity, **metadata):
    at = time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(NOW / 1000))
    return {"timestamp": at, "@timestamp": at, "agent_name": agent_name, "event_type": event_type,
            "severity": severity, "message": f"{event_type} of {agent_name}",
            "metadata": {"correlation_id": "c-1", "task_id": "t-1", **metadata}}


def events(agent_name):
    yield event(agent_name, "task_completed", "INFO", duration_ms=12, note="some words")
    yield event(agent_name, "transient_error_retry", "WARNING", retry_count=1, max_retries=3)
    yield event(agent_name, "unexpected_error", "CRITICAL", exception=EXCEPTION)


def fill(url):
    lines = []
    for prefix, agent_name in INDICES.items():
        for number, document in enumerate(events(agent_name)):
            lines += [{"create": {"_index": f"{prefix}-{DAY}", "_id": f"{agent_name}-{number}"}}, document]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    status, reply = call("POST", f"{url}/_bulk?refresh=true", body, "application/x-ndjson")
    if status != 200 or reply["errors"]:
        yield f"the events were refused: {json.dumps(reply)[:400]}"


def aggregations(target):
    """The tree of aggregations that Grafana makes of a panel's list of them."""
    metrics = {metric["id"]: {metric["type"]: {"field": metric["field"]}}
               for metric in target["metrics"] if "field" in metric}
    tree = metrics
    for step in reversed(target["bucketAggs"]):
        if step["type"] == "terms":
            body = {"field": step["field"], "size": int(step["settings"]["size"]),
                    "order": {step["settings"]["orderBy"]: step["settings"]["order"]}}
        else:
            body = {"field": step["field"], "fixed_interval": "60s", "min_doc_count": 0, "format": "epoch_millis"}
        tree = {step["id"]: {step["type"]: body, **({"aggs": tree} if tree else {})}}
    return tree


def search_of(target):
    query = target["query"].replace("$agent", "*").replace("${correlation_id:raw}", "c-1")
    search = {
        "query": {"bool": {"filter": [
            {"range": {"@timestamp": {"gte": NOW - 3_600_000, "lte": NOW + 3_600_000, "format": "epoch_millis"}}},
            {"query_string": {"analyze_wildcard": True, "query": query}},
        ]}},
    }
    if target["bucketAggs"]:
        return {**search, "size": 0, "aggs": aggregations(target)}
    return {**search, "size": 500, "sort": [{"@timestamp": {"order": "desc", "unmapped_type": "boolean"}}]}


def panel_problems(url, board):
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            index = SOURCES.get(target["datasource"]["uid"])
            if not index:
                continue
            status, reply = call("POST", f"{url}/{index}/_search", search_of(target))
            found = reply.get("aggregations", {}).values() if target["bucketAggs"] else [reply.get("hits", {})]
            if status != 200 or not all(part.get("buckets") or part.get("hits") for part in found):
                yield f"{board['title']}, {panel['title']!r}: {status} {json.dumps(reply)[:400]}"


def contract_problems(url):
    every = ",".join(SOURCES.values())
    for query in ("event_type:task_completed", "metadata.correlation_id:c", "metadata.note:words"):
        status, reply = call("GET", f"{url}/{every}/_search?q={query}&size=0&track_total_hits=true")
        if status != 200 or reply["hits"]["total"]["value"] < len(INDICES):
            yield f"{query} does not find its events: {json.dumps(reply)[:300]}"
    for field, value in (("event_type", "task_completed"), ("metadata.note", "some words")):
        body = {"size": 0, "aggs": {"a": {"terms": {"field": f"{field}.keyword"}}}}
        status, reply = call("POST", f"{url}/{every}/_search", body)
        counts = {bucket["key"]: bucket["doc_count"] for bucket in reply["aggregations"]["a"]["buckets"]}
        if counts.get(value) != len(INDICES):
            yield f"an aggregation on {field}.keyword gives {counts}"


def template_problems(url):
    """No line is refused because an earlier one was shaped otherwise, as far as Elasticsearch can."""
    odd = event("test_agent", "error", "ERROR", duration_ms="a while")
    odd["timestamp"] = "yesterday"
    status, reply = call("PUT", f"{url}/test_agent-{DAY}/_create/odd?refresh=true", odd)
    if status != 201:
        yield f"a word where a number was is refused: {json.dumps(reply)[:300]}"
    status, reply = call("GET", f"{url}/test_agent-{DAY}/_mapping")
    fields = reply[f"test_agent-{DAY}"]["mappings"]["properties"]["metadata"]["properties"]
    if fields["note"]["type"] != "text" or fields["note"]["fields"]["keyword"]["ignore_above"] != 1024:
        yield f"metadata.note is mapped as {fields['note']}"


def main():
    root, url = Path(sys.argv[1]), sys.argv[2].rstrip("/")
    problems = []
    if "--template" in sys.argv:
        subprocess.run([root / "deploy/elasticsearch/setup.sh"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "ELASTICSEARCH_URL": url, "LIFECYCLE": "none"})
    problems += fill(url)
    problems += contract_problems(url)
    for path in sorted((root / "deploy/grafana/provisioning/dashboards").glob("*.json")):
        problems += panel_problems(url, json.loads(path.read_text()))
    if "--template" in sys.argv:
        problems += template_problems(url)
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
