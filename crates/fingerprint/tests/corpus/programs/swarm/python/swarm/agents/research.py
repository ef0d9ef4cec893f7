import asyncio

from swarm.errors import SwarmError, ToolError
from swarm.pipeline import plan
from swarm.tools import store, web


class Research:
    def __init__(self, worker):
        self.worker = worker
        self.notes = None

    def crawl(self, url):
        return web.fetch(url)

    def crawl_steadily(self, url):
        return web.fetch_steadily(url)

    def read_index(self, url):
        return web.fetch_json(url)

    def summarize(self, page):
        return web.title_of(page)

    def gather(self, page):
        return web.links_of(page)

    def note(self, text):
        self.notes.append(text)

    def check(self, url):
        return web.validate(url)

    def save(self, task):
        keep = store.Store()
        keep.insert(task)
        keep.insert(task)

    def count(self, table):
        return store.Store().read(table)

    def wrapped(self, url):
        try:
            return self.crawl(url)
        except Exception as error:
            raise ToolError(f"{self.worker} could not crawl {url}") from error

    def cleanup_fails(self, url, path):
        try:
            return self.crawl(url)
        except Exception:
            store.open_file(path)

    async def one(self, url):
        await asyncio.sleep(0)
        return self.crawl(url)

    async def many(self, urls):
        async with asyncio.TaskGroup() as group:
            for url in urls:
                group.create_task(self.one(url))

    async def slow(self, seconds):
        async with asyncio.timeout(seconds):
            await asyncio.sleep(1)

    def unknown(self):
        raise SwarmError("no strategy is left")
