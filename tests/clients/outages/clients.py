"""The clients that are run through outages: how each is started, and what can be expected of it.

A program reads events from its standard input, sends them with the client's own helper, and ends with 0
once all are acknowledged. A shipper follows a file, with the settings that its page of `docs/` shows.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT.parent / "target"))
HERE = Path(__file__).resolve().parent


@dataclass
class Client:
    # The arguments, of the server's URL, the index and a folder that has `events.log`.
    command: Callable[[str, str, Path], list]
    # Whether it sends ids, so that what is sent twice is there once.
    sends_ids: bool
    # Whether it follows a file, and goes on when it has sent all.
    follows: bool = False
    # Whether it sends again what is refused as a whole. omelasticsearch looks at the items of a reply alone:
    # of Elasticsearch, too, it takes a refused request for done.
    sends_refused_again: bool = True

    def environment(self, url, index):
        return {**os.environ, "ELASTIC_URL": url, "ELASTIC_INDEX": index}


def program(*arguments):
    return Client(lambda _url, _index, _folder: [str(argument) for argument in arguments], sends_ids=True)


def rsyslog(template):
    def command(url, index, folder):
        settings = (HERE / template).read_text()
        port = url.rsplit(":", 1)[1]
        for name, value in {"PORT": port, "INDEX": index, "FOLDER": str(folder)}.items():
            settings = settings.replace(f"@{name}@", value)
        file = folder / "rsyslog.conf"
        file.write_text(settings)
        return ["rsyslogd", "-n", "-f", str(file), "-i", str(folder / "rsyslog.pid")]
    return command


def filebeat(url, index, folder):
    file = folder / "filebeat.yml"
    file.write_text((HERE / "filebeat.yml").read_text())
    # Filebeat reads no settings that others may write.
    file.chmod(0o600)
    binary = TARGET / "tools" / "filebeat" / "filebeat"
    return [str(binary), "-e", "-c", str(file), "--path.home", str(folder / "home"), "-E", f"events={folder}/events.log",
            "-E", f"url={url}", "-E", f"index={index}"]


CLIENTS = {
    "python-8": program(TARGET / "venv/bin/python", ROOT / "clients/python/ship.py"),
    "python-9": program(TARGET / "venv-9/bin/python", ROOT / "clients/python/ship.py"),
    "javascript": program("node", ROOT / "clients/javascript/ship.js"),
    "go": program(TARGET / "tools/go-clients/ship"),
    "java": program("java", "-cp", f"{TARGET}/tools/java-clients/test-classes:{TARGET}/tools/java-clients/lib/*", "Ship"),
    "rsyslog": Client(rsyslog("rsyslog.conf"), sends_ids=False, follows=True, sends_refused_again=False),
    "rsyslog with ids": Client(rsyslog("rsyslog-ids.conf"), sends_ids=True, follows=True, sends_refused_again=False),
    "filebeat": Client(filebeat, sends_ids=True, follows=True),
}
