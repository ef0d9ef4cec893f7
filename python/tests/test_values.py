"""Whatever stands in an event, the event goes out."""

from __future__ import annotations

VALUES = """
import collections, dataclasses, datetime, decimal, enum, pathlib, uuid
from logger_util import setup_logger, log
logger = setup_logger("t")
class Colour(enum.Enum):
    RED = "red"
class Number(enum.IntEnum):
    TWO = 2
@dataclasses.dataclass
class Point:
    x: int
    when: datetime.date
class Silent:
    def __repr__(self): raise RuntimeError("no")
class Poor:
    def __str__(self): return "poor thing"
class Dangerous(dict):
    def items(self): raise RuntimeError("no")
"""


def metadata(run, expression):
    done = run(VALUES + f"log(logger, 'INFO', 'm', 'a', 'x', {expression})").clean()
    [event] = done.events
    return event["metadata"]


def test_values_that_json_does_not_know_become_sensible_text(run):
    found = metadata(
        run,
        """{
        "datetime": datetime.datetime(2026, 1, 31, 12, 0, tzinfo=datetime.timezone.utc),
        "date": datetime.date(2026, 1, 31), "delta": datetime.timedelta(seconds=90),
        "decimal": decimal.Decimal("1.10"), "uuid": uuid.UUID(int=1), "path": pathlib.PurePosixPath("/a/b"),
        "set": {1}, "bytes": b"ok", "raw": b"\\xff", "enum": Colour.RED, "int_enum": Number.TWO,
        "point": Point(1, datetime.date(2026, 1, 31)), "tuple": (1, 2), "deque": collections.deque([1]),
        "nan": float("nan"), "inf": float("-inf"), "big": 2**70, "u64": 2**64 - 1, "float": 0.1,
        "object": Poor(), "silent": Silent(), "error": ValueError("bad"), "counter": collections.Counter("aa"),
        "complex": 1j, "none": None, "yes": True, "dangerous": Dangerous(a=1), "class": int,
        1: "int key", None: "none key", (1, 2): "tuple key",
        }""",
    )
    assert found == {
        "datetime": "2026-01-31T12:00:00+00:00",
        "date": "2026-01-31",
        "delta": "0:01:30",
        "decimal": "1.10",
        "uuid": "00000000-0000-0000-0000-000000000001",
        "path": "/a/b",
        "set": [1],
        "bytes": "ok",
        "raw": "\\xff",
        "enum": "red",
        "int_enum": 2,
        "point": {"x": 1, "when": "2026-01-31"},
        "tuple": [1, 2],
        "deque": [1],
        "nan": "NaN",
        "inf": "-Infinity",
        "big": str(2**70),
        "u64": 2**64 - 1,
        "float": 0.1,
        "object": "poor thing",
        "silent": "<Silent>",
        "error": "ValueError: bad",
        "counter": {"a": 2},
        "complex": "1j",
        "none": None,
        "yes": True,
        "dangerous": {"a": 1},
        "class": "<class 'int'>",
        "1": "int key",
        "None": "none key",
        "(1, 2)": "tuple key",
    }


def test_cycles_and_bottomless_nesting_end(run):
    found = metadata(run, "(lambda d: (d.update(me=d, list=[d]), d)[1])({})")
    assert found == {"me": "<contains itself>", "list": ["<contains itself>"]}
    deep = "(lambda: [d := {}, [d := {'d': d} for _ in range(200)], d][2])()"
    found, depth = metadata(run, deep), 0
    while isinstance(found, dict):
        found, depth = found["d"], depth + 1
    assert (depth, found) == (32, "<dict>")
    explosion = "(lambda: [v := [1], [v := [v, v, v, v] for _ in range(30)], {'v': v}][2])()"
    assert "too many values" in str(metadata(run, explosion))


def test_metadata_that_is_no_mapping_is_kept(run):
    assert metadata(run, "'text'") == {"value": "text"}
    assert metadata(run, "[1, 2]") == {"value": [1, 2]}
    assert metadata(run, "None") == {}
    assert metadata(run, "Point(1, None)") == {"x": 1, "when": None}


def test_odd_texts_go_out_as_utf8_on_one_line(run):
    done = run(
        VALUES
        + """
log(logger, "INFO", "a\\nb\\u2028 \\ud800 é 日本", "agent\\n", "x", {"k\\ud800": "\\x00"})
log(logger, "INFO", Poor(), None, None)
log(logger, "INFO", Silent(), 7, 8)
log(logger, "INFO", "100% {not} %s formatted", "a", "x")
""",
        PYTHONIOENCODING="ascii",
    ).clean()
    first, second, third, fourth = done.events
    assert first["message"].startswith("a\nb\u2028 ") and first["message"].endswith(" é 日本")
    assert first["agent_name"] == "agent\n"
    assert (second["message"], second["agent_name"], second["event_type"]) == (
        "poor thing",
        "t",
        "log",
    )
    assert (third["message"], third["agent_name"], third["event_type"]) == ("<Silent>", "7", "8")
    assert fourth["message"] == "100% {not} %s formatted"


def test_a_converter_that_changes_the_dictionary_meanwhile_does_no_harm(run):
    done = run(
        VALUES
        + """
meta = {}
class Meddler:
    def __str__(self):
        meta.clear(); meta.update({str(n): n for n in range(1000)})
        return "meddled"
meta.update({"a": Meddler(), "b": 1})
log(logger, "INFO", "m", "a", "x", meta)
"""
    ).clean()
    assert done.events[0]["metadata"] == {"a": "meddled", "b": 1}


def test_an_error_whose_text_cannot_be_had_is_reported(run):
    done = run(
        VALUES
        + """
class Broken(Exception):
    def __str__(self): raise RuntimeError("no")
try:
    raise Broken()
except Broken:
    log(logger, "ERROR", "m", "a", "x")
"""
    ).clean()
    exception = done.events[0]["metadata"]["exception"]
    assert (exception["type"], exception["message"]) == ("Broken", "<Broken>")
    assert "Traceback" in exception["traceback"][0]
