// The official Elasticsearch client for JavaScript, unmodified, against the server at SWARMSCOPE_ELASTIC.
//
// Nothing here knows Swarmscope: the same file passes against Elasticsearch itself.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { Client, errors } from "@elastic/elasticsearch";

const node = process.env.SWARMSCOPE_ELASTIC;
const index = `javascript-${randomUUID()}`;
const client = new Client({ node });

function event(number) {
  return {
    "@timestamp": new Date(Date.UTC(2026, 0, 31, 0, number)).toISOString(),
    severity: number % 10 === 0 ? "ERROR" : "INFO",
    message: `Task ${number} finished`,
    metadata: { duration_ms: number },
  };
}

before(async () => {
  const numbers = Array.from({ length: 1000 }, (_, number) => number);
  const result = await client.helpers.bulk({
    datasource: numbers,
    flushBytes: 20_000,
    onDocument: (number) => [{ create: { _index: index, _id: String(number) } }, event(number)],
    refreshOnCompletion: index,
  });
  assert.equal(result.successful, 1000);
  assert.equal(result.failed, 0);
});

after(async () => {
  await client.indices.delete({ index });
  await client.close();
});

test("documents are written, changed, read and deleted", async () => {
  assert.equal((await client.index({ index, id: "a", document: { n: 1 } })).result, "created");
  assert.equal((await client.update({ index, id: "a", doc: { m: 2 } })).result, "updated");
  assert.deepEqual((await client.get({ index, id: "a" }))._source, { n: 1, m: 2 });
  const found = await client.mget({ index, ids: ["a", "none"] });
  assert.deepEqual(found.docs.map((document) => document.found), [true, false]);
  assert.equal((await client.delete({ index, id: "a" })).result, "deleted");
  assert.equal(await client.exists({ index, id: "a" }), false);
  await assert.rejects(client.get({ index, id: "a" }), errors.ResponseError);
});

test("searches find, count and aggregate", async () => {
  const reply = await client.search({
    index,
    size: 2,
    query: { term: { "severity.keyword": "ERROR" } },
    sort: [{ "@timestamp": "desc" }],
    aggs: { longest: { max: { field: "metadata.duration_ms" } } },
  });
  assert.deepEqual(reply.hits.total, { value: 100, relation: "eq" });
  assert.deepEqual(reply.hits.hits.map((hit) => hit._id), ["990", "980"]);
  assert.equal(reply.aggregations.longest.value, 990);
  assert.equal((await client.count({ index, q: "message:finished" })).count, 1000);
});

test("the helper that scrolls sees every document once", async () => {
  const seen = new Set();
  let hits = 0;
  const query = { range: { "metadata.duration_ms": { gte: 500 } } };
  for await (const page of client.helpers.scrollSearch({ index, size: 70, query })) {
    for (const hit of page.body.hits.hits) {
      seen.add(hit._id);
      hits += 1;
    }
    await client.index({ index, id: `late-${hits}`, document: event(900) });
  }
  assert.equal(hits, 500);
  assert.equal(seen.size, 500);
});

test("a point in time is paged through", async () => {
  const { id } = await client.openPointInTime({ index, keep_alive: "1m" });
  const before = await client.count({ index });
  let after;
  const seen = new Set();
  for (;;) {
    const page = await client.search({
      size: 300,
      pit: { id, keep_alive: "1m" },
      sort: [{ "severity.keyword": "asc" }],
      search_after: after,
    });
    if (page.hits.hits.length === 0) break;
    page.hits.hits.forEach((hit) => seen.add(hit._id));
    after = page.hits.hits.at(-1).sort;
  }
  assert.equal(seen.size, before.count);
  assert.equal((await client.closePointInTime({ id })).succeeded, true);
});

test("templates, aliases and fields are set up and told", async () => {
  const name = `javascript-template-${randomUUID()}`;
  await client.indices.putIndexTemplate({
    name,
    index_patterns: [`${name}-*`],
    template: { mappings: { properties: { level: { type: "keyword" } } }, aliases: { [`${name}-all`]: {} } },
  });
  assert.equal(await client.indices.existsIndexTemplate({ name }), true);
  const made = `${name}-1`;
  await client.index({ index: made, id: "1", document: { level: "info" }, refresh: true });
  assert.equal((await client.count({ index: `${name}-all` })).count, 1);
  const caps = await client.fieldCaps({ index: made, fields: "lev*" });
  assert.equal(caps.fields.level.keyword.aggregatable, true);
  await client.indices.delete({ index: made });
  await client.indices.deleteIndexTemplate({ name });
});
