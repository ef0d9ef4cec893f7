"""The asynchronous client and its helpers, unmodified, against the server at SWARMSCOPE_ELASTIC.

Nothing here knows Swarmscope: the same file passes against Elasticsearch itself. What is different from the other
client is the transport: aiohttp names a media type also for requests without a body.
"""

import asyncio
import os
import uuid
from contextlib import asynccontextmanager

from elasticsearch import AsyncElasticsearch, helpers

address = os.environ["SWARMSCOPE_ELASTIC"]
URL = address if "://" in address else f"http://{address}"


@asynccontextmanager
async def filled():
    index = f"python-async-{uuid.uuid4()}"
    async with AsyncElasticsearch(URL) as client:
        actions = ({"_index": index, "_id": str(n), "n": n, "message": f"Task {n}"} for n in range(1_000))
        assert await helpers.async_bulk(client, actions, chunk_size=300, refresh=True) == (1_000, [])
        try:
            yield client, index
        finally:
            await client.indices.delete(index=index, ignore_unavailable=True)


def test_streams_tell_of_every_document():
    async def run():
        async with filled() as (client, index):
            actions = ({"_op_type": "create", "_index": index, "_id": str(n), "n": n} for n in range(900, 1_100))
            stream = helpers.async_streaming_bulk(client, actions, chunk_size=50, raise_on_error=False)
            outcomes = [(ok, item["create"]["status"]) async for ok, item in stream]
            assert outcomes == [(False, 409)] * 100 + [(True, 201)] * 100

    asyncio.run(run())


def test_scans_find_each_document_once():
    async def run():
        async with filled() as (client, index):
            query = {"query": {"range": {"n": {"gte": 500}}}}
            found = [hit["_id"] async for hit in helpers.async_scan(client, index=index, query=query, size=70)]
            assert sorted(map(int, found)) == list(range(500, 1_000))

    asyncio.run(run())


def test_a_point_in_time_is_read_in_pages():
    async def run():
        async with filled() as (client, index):
            point = (await client.open_point_in_time(index=index, keep_alive="1m"))["id"]
            await client.index(index=index, id="late", document={"n": 5_000}, refresh=True)
            numbers, after = [], None
            while True:
                page = await client.search(
                    pit={"id": point, "keep_alive": "1m"}, size=300, sort=[{"n": "asc"}], search_after=after
                )
                hits = page["hits"]["hits"]
                if not hits:
                    break
                numbers += [hit["_source"]["n"] for hit in hits]
                after = hits[-1]["sort"]
            assert numbers == list(range(1_000))
            assert (await client.close_point_in_time(id=point))["succeeded"]

    asyncio.run(run())


def test_requests_without_a_body_are_read():
    async def run():
        async with filled() as (client, index):
            assert (await client.indices.refresh(index=index))["_shards"]["failed"] == 0
            assert (await client.indices.flush(index=index))["_shards"]["failed"] == 0
            assert (await client.indices.forcemerge(index=index))["_shards"]["failed"] == 0

    asyncio.run(run())
