// Ships the lines of standard input with the bulk helper of the official client: each once, whatever happens.
//
// The helper tries documents again that are refused one by one. A whole request that is refused for overload
// (429), or that nobody answers, ends it with an error: then the same batch is sent anew. What had arrived
// already is told by its id (409).

import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { Client, errors } from "@elastic/elasticsearch";

const client = new Client({ node: process.env.ELASTIC_URL, maxRetries: 0 });
const BATCH = 200;

function again(error) {
  if (error instanceof errors.ResponseError) return [429, 502, 503, 504].includes(error.statusCode);
  return error instanceof errors.ConnectionError || error instanceof errors.TimeoutError;
}

async function ship(batch) {
  await client.helpers.bulk({
    datasource: batch,
    retries: 5,
    wait: 200,
    onDocument: (event) => ({ create: { _index: process.env.ELASTIC_INDEX, _id: event.event_id } }),
    onDrop: ({ status, error }) => {
      if (status !== 409) throw new Error(`refused: ${status} ${JSON.stringify(error)}`);
    },
  });
}

async function shipUntilTaken(batch) {
  for (;;) {
    try {
      return await ship(batch);
    } catch (error) {
      if (!again(error)) throw error;
      await sleep(200);
    }
  }
}

let batch = [];
for await (const line of createInterface({ input: process.stdin })) {
  batch.push(JSON.parse(line));
  if (batch.length === BATCH) {
    await shipUntilTaken(batch);
    batch = [];
  }
}
if (batch.length > 0) await shipUntilTaken(batch);
