from swarm.pipeline import plan
from swarm.tools import store, web


class Writing:
    def __init__(self, worker):
        self.worker = worker

    def publish(self, url):
        return web.fetch(url)

    def load_draft(self, key):
        return store.Store().load(key)

    def style(self, name):
        return getattr(self, "style_" + "sheet")

    def count_words(self, text):
        return len(text.split()) / len(text.split("\n")[5])

    def validate(self, record):
        return store.validate(record)

    def render(self, values):
        return "{title} by {author}".format(**values)

    def join(self, parts):
        return ", ".join(parts)

    def template(self, path):
        return store.open_file(path)

    def unpack(self, pair):
        one, two = pair
        return one + two

    def save(self, task):
        keep = store.Store()
        keep.read("drafts_" + task)
