"""What is shipped, and whether it has arrived: each number once, or at least once."""

import json
from collections import Counter
from datetime import datetime, timedelta, timezone

from server import call

EVENTS = 10_000
# The lines up to each are there only when the server refuses, when it takes requests again, and when it is
# back after its kill: a quick client has not sent all of them before.
UNTIL_OVERLOAD = 2_000
UNTIL_RELIEF = 4_000
UNTIL_BACK = 8_000
# It is killed with so many documents, while a client sends those of the lines up to `UNTIL_BACK`.
KILL_AFTER = 4_800
# How fast lines come, per second.
PACE = 4_000
START = datetime(2026, 1, 31, tzinfo=timezone.utc)


def line(number):
    at = (START + timedelta(milliseconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({
        "@timestamp": at, "agent_name": "research_agent", "event_type": "task_completed", "severity": "INFO",
        "message": f"Task {number} finished", "event_id": f"event-{number}", "number": number,
    }) + "\n"


def arrived(server, index):
    """How often each number is found."""
    body = {"size": 0, "aggs": {"numbers": {"terms": {"field": "number", "size": 2 * EVENTS}}}}
    status, reply = call("POST", f"{server.url}/{index}/_search", body)
    if status != 200:
        return Counter()
    return Counter({bucket["key"]: bucket["doc_count"] for bucket in reply["aggregations"]["numbers"]["buckets"]})


def problems(found, documents, with_ids):
    """What is wrong with what arrived: losses always, duplicates when ids were sent."""
    missing = [number for number in range(EVENTS) if not found[number]]
    if missing:
        yield f"{len(missing)} of {EVENTS} events are lost, the first is number {missing[0]}"
    twice = [number for number, times in found.items() if times > 1]
    if twice and with_ids:
        yield f"{len(twice)} events are there more than once, for example number {twice[0]}"
    if documents != found.total():
        yield f"{documents} documents are counted and {found.total()} found by their numbers"
