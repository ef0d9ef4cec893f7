"""Ships the lines of standard input with the bulk helper of the official client: each once, whatever happens.

The helper waits and tries again when it is refused for overload (429). It gives up when nobody answers:
then the same batch is sent anew, and what had arrived is told by its id (409).
"""

import json
import os
import sys
import time
from itertools import islice

from elasticsearch import ConnectionError, ConnectionTimeout, Elasticsearch, helpers

BATCH = 200
PATIENCE = dict(max_retries=60, initial_backoff=0.1, max_backoff=1)


def actions(lines):
    for line in lines:
        event = json.loads(line)
        yield {"_op_type": "create", "_id": event["event_id"], "_source": event}


def ship(client, batch):
    results = helpers.streaming_bulk(client, batch, index=os.environ["ELASTIC_INDEX"], raise_on_error=False, **PATIENCE)
    for ok, result in results:
        if not ok and result["create"]["status"] != 409:
            sys.exit(f"refused: {result}")


with Elasticsearch(os.environ["ELASTIC_URL"], http_compress=True, max_retries=0) as client:
    events = actions(sys.stdin)
    while batch := list(islice(events, BATCH)):
        while True:
            try:
                ship(client, batch)
                break
            except (ConnectionError, ConnectionTimeout):
                time.sleep(0.2)
