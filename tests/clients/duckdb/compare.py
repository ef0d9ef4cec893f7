"""Exports of the server at SWARMSCOPE_ELASTIC, read by DuckDB: the same numbers, the same documents.

    compare.py EVENTS FOLDER

EVENTS is a file of agent events, FOLDER an empty one. SWARMSCOPE_BINARY exports and imports.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import duckdb

ELASTIC = os.environ["SWARMSCOPE_ELASTIC"]
BINARY = os.environ["SWARMSCOPE_BINARY"]

# Spellings that no program would choose twice; the second has ends of lines.
ODD = {
    "plain": '{"n": 1.50, "big": 18446744073709551616, "e": 1e3, "text": "\\u00e9\\ud83d\\ude00\\/"}',
    "lines": '{\n  "n" : -0.0,\n  "list" : [ 1, [2, "three"], {"a": null} ],\n  "mixed": true\n}',
    "é/id %": '{"a.b":1,"a":{"b":2},"mixed":"true","":0,"_extra":{"x":[]}}',
    "empty": "{}",
}

# Each is asked of both: a search's aggregation and what it gives, and SQL over the table `events`.
LIKE = [
    (
        "terms",
        {"terms": {"field": "agent_name", "size": 500}},
        lambda found: sorted((b["key"], b["doc_count"]) for b in found["buckets"]),
        "SELECT agent_name, count(*) FROM events GROUP BY ALL ORDER BY ALL",
    ),
    (
        "date_histogram",
        {
            "date_histogram": {"field": "timestamp", "fixed_interval": "1h"},
            "aggs": {"by": {"terms": {"field": "severity"}}},
        },
        lambda found: sorted(
            (b["key"], s["key"], s["doc_count"]) for b in found["buckets"] for s in b["by"]["buckets"]
        ),
        "SELECT epoch_ms(date_trunc('hour', timestamp)), severity, count(*) FROM events GROUP BY ALL ORDER BY ALL",
    ),
    (
        "stats",
        {"stats": {"field": "metadata.duration"}},
        lambda found: [(found["count"], found["min"], found["max"], round(found["sum"], 3))],
        'SELECT count(d), min(d), max(d), round(sum(d), 3) FROM (SELECT "metadata.duration" AS d FROM events)',
    ),
    (
        "values of lists",
        {"value_count": {"field": "metadata.exception.traceback"}},
        lambda found: [(found["value"],)],
        'SELECT sum(len("metadata.exception.traceback"))::BIGINT FROM events',
    ),
]

QUERIES = [
    ("severity:ERROR", "severity = 'ERROR'"),
    ("event_type:task_failed", "event_type = 'task_failed'"),
    ("metadata.duration:>10", '"metadata.duration" > 10'),
    ("metadata.retry_count:[2 TO *]", '"metadata.retry_count" >= 2'),
    ("_exists_:metadata.exception.type", '"metadata.exception.type" IS NOT NULL'),
]


def ask(path, body=None, method="POST"):
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        ELASTIC + path, data=data, method=method, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def swarmscope(*arguments):
    command = [BINARY, *map(str, arguments), "--elastic", ELASTIC, "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def same(what, ours, theirs):
    if ours != theirs:
        sys.exit(f"{what} differs:\n  Swarmscope {str(ours)[:2000]}\n  DuckDB     {str(theirs)[:2000]}")
    print(f"{what}: the same")


def main():
    events, folder = Path(sys.argv[1]), Path(sys.argv[2])
    lines = sum(1 for _ in events.open("rb"))
    imported = swarmscope("import", events, "--index", "events")["outcome"]
    same("imported", imported["stored"], lines)
    for name, source in ODD.items():
        path = "/odd/_create/" + urllib.request.quote(name, safe="")
        ask(path, source.encode(), "PUT")

    exported = folder / "logs.parquet"
    summary = swarmscope("export", "--parquet", exported, "--index", "events,odd")
    same("documents", summary["documents"], lines + len(ODD))
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"CREATE VIEW logs AS SELECT * FROM '{exported}'")
    database.execute("CREATE VIEW events AS SELECT * FROM logs WHERE _index = 'events'")

    def sql(query):
        return database.execute(query).fetchall()

    types = {name: kind for name, kind, *_ in sql("DESCRIBE logs")}
    expected = {
        "timestamp": "TIMESTAMP WITH TIME ZONE",
        "metadata.retry_count": "BIGINT",
        "metadata.duration": "DOUBLE",
        "agent_name": "VARCHAR",
        "metadata.exception.traceback": "VARCHAR[]",
        "mixed": "VARCHAR",
    }
    same("types", {name: types.get(name) for name in expected}, expected)

    count = ask("/events/_count")["count"]
    same("count", count, sql("SELECT count(*) FROM events")[0][0])
    for query, where in QUERIES:
        found = ask("/events/_count", {"query": {"query_string": {"query": query}}})["count"]
        assert found > 0, query
        same(f"count of {query}", found, sql(f"SELECT count(*) FROM events WHERE {where}")[0][0])
    for what, aggregation, ours, query in LIKE:
        reply = ask("/events/_search", {"size": 0, "aggs": {"it": aggregation}})
        same(what, ours(reply["aggregations"]["it"]), sql(query))

    percents = [50, 95, 99]
    asked = {"percentiles": {"field": "metadata.duration", "percents": percents}}
    values = ask("/events/_search", {"size": 0, "aggs": {"it": asked}})["aggregations"]["it"]["values"]
    for percent in percents:
        # Both APIs approximate: what counts is how many values lie below.
        value = values[f"{percent}.0"]
        below = sql(
            f'SELECT avg(("metadata.duration" <= {value})::INT) FROM events WHERE "metadata.duration" IS NOT NULL'
        )[0][0]
        if abs(below * 100 - percent) > 1:
            sys.exit(f"{below:.3%} of the durations are up to {value}, the {percent}th percentile")
        print(f"percentile {percent}: the same")

    read = dict(sql("SELECT _id, _source FROM logs WHERE _index = 'odd'"))
    same("odd documents", ODD, read)
    differing = sql(
        "SELECT count(*) FROM events WHERE agent_name <> _source->>'$.agent_name'"
        " OR message IS DISTINCT FROM _source->>'$.message'"
    )
    same("columns and _source", 0, differing[0][0])

    # What DuckDB writes comes back, too; a second import makes nothing twice.
    chosen = folder / "chosen.parquet"
    sql(
        "COPY (SELECT _id, _source, agent_name FROM events WHERE severity = 'ERROR'"
        f" UNION ALL SELECT _id, _source, NULL FROM logs WHERE _index = 'odd') TO '{chosen}'"
    )
    wanted = sql(f"SELECT count(*) FROM '{chosen}'")[0][0]
    for stored, there in [(wanted, 0), (0, wanted)]:
        outcome = swarmscope("import", chosen, "--index", "again")["outcome"]
        same("imported again", (outcome["stored"], outcome["already_there"]), (stored, there))
    bare = folder / "bare.parquet"
    sql(f"COPY (SELECT agent_name, severity FROM events LIMIT 3) TO '{bare}'")
    refused = subprocess.run(
        [BINARY, "import", bare, "--elastic", ELASTIC], capture_output=True, text=True, check=False
    )
    same("refusal of a file without documents", "its columns are agent_name, severity" in refused.stderr, True)

    again = folder / "again.parquet"
    swarmscope("export", "--parquet", again, "--index", "again")
    theirs = sql(f"SELECT _id, _source FROM '{chosen}' ORDER BY ALL")
    same("documents that came back", sql(f"SELECT _id, _source FROM '{again}' ORDER BY ALL"), theirs)


main()
