import json

import httpkit

from swarm.errors import ToolError

client = httpkit.Client()


def fetch(url):
    return client.request("GET", url)


def fetch_json(url):
    return json.loads(fetch(url))


@httpkit.retry(3)
def fetch_steadily(url):
    return client.request("GET", url)


def title_of(page):
    return page["head"]["title"].strip()


def links_of(page):
    return [link["href"] for link in page["links"]]


def validate(url):
    if not url.startswith("http"):
        raise ToolError(f"not a URL: {url!r}")
    if len(url) > 60:
        raise ToolError(f"URL of {len(url)} characters is too long")
    return url


def search(query, page):
    if page > 10:
        raise ValueError(f"page {page} is beyond the last one")
    return {"query": query}
