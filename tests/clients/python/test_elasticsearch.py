"""The official Elasticsearch client, unmodified, against the server at SWARMSCOPE_ELASTIC.

Nothing here knows Swarmscope: the same file passes against Elasticsearch itself.
"""

import os
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from elasticsearch import (
    ApiError,
    BadRequestError,
    ConflictError,
    Elasticsearch,
    NotFoundError,
    helpers,
)

START = datetime(2026, 1, 31, tzinfo=timezone.utc)
AGENTS = ["research_agent", "writing_agent", "editing_agent", "fact_checking_agent"]


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "gzip"])
def client(request):
    address = os.environ["SWARMSCOPE_ELASTIC"]
    url = address if "://" in address else f"http://{address}"
    user, password = os.environ.get("ELASTIC_USER"), os.environ.get("ELASTIC_PASSWORD")
    credentials = (user, password) if user and password else None
    with Elasticsearch(url, http_compress=request.param, basic_auth=credentials) as client:
        yield client


@pytest.fixture
def index(client):
    name = f"python-{uuid.uuid4()}"
    client.indices.create(index=name)
    yield name
    client.indices.delete(index=name, ignore_unavailable=True)


def event(number):
    return {
        "@timestamp": (START + timedelta(minutes=number)).isoformat(timespec="milliseconds"),
        "agent_name": AGENTS[number % 4],
        "event_type": "task_failed" if number % 10 == 0 else "task_completed",
        "severity": "ERROR" if number % 10 == 0 else "INFO",
        "message": f"Task {number} finished",
        "metadata": {"correlation_id": f"c-{number // 10}", "duration_ms": number},
    }


@pytest.fixture
def filled(client, index):
    actions = ({"_id": str(number), "_source": event(number)} for number in range(1_000))
    written, errors = helpers.bulk(client, actions, index=index, chunk_size=300, refresh=True)
    assert (written, errors) == (1_000, [])
    return index


def test_info_names_a_version_that_the_client_accepts(client):
    if "SKIP_INFO" in os.environ:
        pytest.skip("the server under test has no root handler")
    info = client.info()
    assert info["version"]["number"].startswith("8.")
    assert info["tagline"] == "You Know, for Search"
    assert client.ping()


def test_indices_are_created_found_and_deleted(client):
    name = f"python-{uuid.uuid4()}"
    assert not client.indices.exists(index=name)
    created = client.indices.create(
        index=name, mappings={"properties": {"event_type": {"type": "keyword"}}}
    )
    assert created["acknowledged"] and created["index"] == name
    assert client.indices.exists(index=name)
    mapping = client.indices.get_mapping(index=name)[name]["mappings"]
    assert mapping["properties"]["event_type"]["type"] == "keyword"
    with pytest.raises(BadRequestError) as already:
        client.indices.create(index=name)
    assert already.value.error == "resource_already_exists_exception"
    assert client.indices.delete(index=name)["acknowledged"]
    with pytest.raises(NotFoundError) as gone:
        client.indices.delete(index=name)
    assert gone.value.error == "index_not_found_exception"


def test_documents_are_written_read_and_deleted(client, index):
    assert client.index(index=index, id="1", document=event(1))["result"] == "created"
    assert client.index(index=index, id="1", document=event(2))["_version"] == 2
    assert client.get(index=index, id="1")["_source"] == event(2)
    assert client.exists(index=index, id="1")
    assert client.get_source(index=index, id="1") == event(2)
    made = client.index(index=index, document=event(3))
    assert client.get(index=index, id=made["_id"])["_source"] == event(3)
    with pytest.raises(ConflictError) as conflict:
        client.create(index=index, id="1", document=event(1))
    assert conflict.value.error == "version_conflict_engine_exception"
    assert client.delete(index=index, id="1")["result"] == "deleted"
    assert not client.exists(index=index, id="1")
    with pytest.raises(NotFoundError):
        client.get(index=index, id="1")


def test_bulk_reports_each_document(client, index):
    actions = [
        {"_op_type": "create", "_id": "1", "_source": event(1)},
        {"_op_type": "create", "_id": "1", "_source": event(1)},
        {"_op_type": "delete", "_id": "2"},
        {"_id": "3", "_source": event(3)},
    ]
    results = list(helpers.streaming_bulk(client, actions, index=index, raise_on_error=False))
    assert [ok for ok, _ in results] == [True, False, False, True]
    assert results[1][1]["create"]["status"] == 409
    with pytest.raises(helpers.BulkIndexError) as failed:
        helpers.bulk(client, actions[:1], index=index)
    assert failed.value.errors[0]["create"]["error"]["type"] == "version_conflict_engine_exception"


def test_parallel_bulk_writes_everything_once(client, index):
    actions = [{"_id": str(number), "_source": event(number)} for number in range(2_000)]
    done = list(helpers.parallel_bulk(client, actions, index=index, chunk_size=100, thread_count=4))
    assert len(done) == 2_000 and all(ok for ok, _ in done)
    client.indices.refresh(index=index)
    assert client.count(index=index)["count"] == 2_000


def test_search_finds_sorts_and_pages(client, filled):
    found = client.search(
        index=filled,
        query={"bool": {"filter": [{"term": {"event_type.keyword": "task_failed"}}]}},
        sort=[{"@timestamp": "desc"}],
        size=5,
        source=["message"],
    )
    assert found["hits"]["total"] == {"value": 100, "relation": "eq"}
    messages = [hit["_source"]["message"] for hit in found["hits"]["hits"]]
    assert messages == [f"Task {number} finished" for number in (990, 980, 970, 960, 950)]
    last = found["hits"]["hits"][-1]["sort"]
    page = client.search(
        index=filled, query={"match": {"event_type": "task_failed"}},
        sort=[{"@timestamp": "desc"}], size=2, search_after=last,
    )
    assert [hit["_id"] for hit in page["hits"]["hits"]] == ["940", "930"]
    assert client.count(index=filled, q="severity:ERROR AND agent_name:research_agent")["count"] == 50
    assert client.count(index=filled, query={"match_phrase": {"message": "task 7 finished"}})["count"] == 1


def test_aggregations_count_over_time_and_values(client, filled):
    found = client.search(
        index=filled,
        size=0,
        query={"range": {"@timestamp": {"gte": "2026-01-31", "lt": "2026-01-31||+12h"}}},
        aggs={
            "hours": {
                "date_histogram": {"field": "@timestamp", "fixed_interval": "6h"},
                "aggs": {"types": {"terms": {"field": "event_type.keyword"}}},
            },
            "agents": {"cardinality": {"field": "agent_name.keyword"}},
            "slowest": {"max": {"field": "metadata.duration_ms"}},
        },
    )
    hours = found["aggregations"]["hours"]["buckets"]
    assert [bucket["doc_count"] for bucket in hours] == [360, 360]
    assert hours[0]["key_as_string"] == "2026-01-31T00:00:00.000Z"
    types = {bucket["key"]: bucket["doc_count"] for bucket in hours[0]["types"]["buckets"]}
    assert types == {"task_completed": 324, "task_failed": 36}
    assert found["aggregations"]["agents"]["value"] == 4
    assert found["aggregations"]["slowest"]["value"] == 719.0


def test_scan_reads_everything(client, filled):
    try:
        seen = {hit["_id"] for hit in helpers.scan(client, index=filled, size=100)}
    except ApiError as error:
        if "[scroll] is not supported" in str(error.body):
            pytest.skip("helpers.scan: the server does not scroll yet")
        raise
    assert seen == {str(number) for number in range(1_000)}


def test_errors_are_typed(client, filled):
    with pytest.raises(BadRequestError) as unknown:
        client.search(index=filled, query={"nonsense": {}})
    assert unknown.value.error == "parsing_exception"
    assert "unknown query [nonsense]" in str(unknown.value)
    with pytest.raises(BadRequestError) as malformed:
        client.search(index=filled, q="message:(")
    assert malformed.value.error == "search_phase_execution_exception"
    with pytest.raises(NotFoundError) as missing:
        client.search(index="python-nothing")
    assert missing.value.error == "index_not_found_exception"
    assert missing.value.status_code == 404


def test_cluster_and_cat_answer(client, filled):
    assert client.cluster.health()["status"] in {"green", "yellow"}
    row = client.cat.indices(index=filled, format="json")[0]
    assert row["index"] == filled and row["docs.count"] == "1000"
    assert "docs.count" in client.cat.indices(index=filled, v=True, format="text")


def test_parts_of_documents_are_changed(client, index):
    client.index(index=index, id="1", document={"n": 1, "of": {"a": 1, "b": 2}})
    changed = client.update(index=index, id="1", doc={"of": {"b": 3}}, source=True)
    assert changed["result"] == "updated"
    assert changed["get"]["_source"] == {"n": 1, "of": {"a": 1, "b": 3}}
    assert client.update(index=index, id="1", doc={"n": 1})["result"] == "noop"
    made = client.update(index=index, id="2", doc={"n": 2}, doc_as_upsert=True)
    assert made["result"] == "created"
    with pytest.raises(NotFoundError) as missing:
        client.update(index=index, id="3", doc={"n": 3})
    assert missing.value.error == "document_missing_exception"
    read = client.get(index=index, id="1")
    condition = {"if_seq_no": read["_seq_no"], "if_primary_term": read["_primary_term"]}
    assert client.index(index=index, id="1", document={"n": 5}, **condition)["_version"] == 3
    with pytest.raises(ConflictError):
        client.index(index=index, id="1", document={"n": 6}, **condition)
    actions = [
        {"_op_type": "update", "_id": "1", "doc": {"m": 1}},
        {"_op_type": "update", "_id": "4", "doc": {"m": 1}, "upsert": {"n": 4}},
    ]
    assert helpers.bulk(client, actions, index=index) == (2, [])
    found = client.mget(index=index, ids=["1", "4", "none"])["docs"]
    assert [doc.get("_source") for doc in found] == [{"n": 5, "m": 1}, {"n": 4}, None]


def test_all_documents_are_scanned_and_copied_while_others_are_written(client, filled):
    seen = []
    for number, hit in enumerate(helpers.scan(client, index=filled, size=100)):
        seen.append(hit["_id"])
        if number % 250 == 0:
            client.index(index=filled, id=f"late-{number}", document=event(number), refresh=True)
    assert sorted(seen, key=int) == [str(number) for number in range(1_000)]
    errors = {"query": {"term": {"severity.keyword": "ERROR"}}, "sort": [{"@timestamp": "desc"}]}
    found = list(helpers.scan(client, index=filled, query=errors, size=7, preserve_order=True))
    times = [hit["_source"]["@timestamp"] for hit in found]
    assert len(times) > 99 and times == sorted(times, reverse=True)
    copy = f"{filled}-copy"
    written, failed = helpers.reindex(client, filled, copy, chunk_size=300)
    assert (written, failed) == (1_004, 0)
    client.indices.refresh(index=copy)
    assert client.count(index=copy)["count"] == 1_004
    client.indices.delete(index=copy)


def test_a_point_in_time_is_paged_through(client, filled):
    opened = client.open_point_in_time(index=filled, keep_alive="1m")
    client.index(index=filled, id="late", document=event(5_000), refresh=True)
    point, after, seen = opened["id"], None, []
    while True:
        page = client.search(
            size=300,
            pit={"id": point, "keep_alive": "1m"},
            sort=[{"severity.keyword": "asc"}],
            search_after=after,
        )
        hits = page["hits"]["hits"]
        if not hits:
            break
        point, after = page["pit_id"], hits[-1]["sort"]
        seen += [hit["_id"] for hit in hits]
    assert sorted(seen, key=int) == [str(number) for number in range(1_000)]
    assert client.close_point_in_time(id=point)["succeeded"]
    with pytest.raises(NotFoundError):
        client.search(pit={"id": point})
