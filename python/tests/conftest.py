"""Programs run as real processes against the installed wheel, never against the source tree."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import textwrap
from typing import Any

import postgres
import pytest
import swarmscope

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "lib"


@pytest.fixture(scope="session", autouse=True)
def the_wheel_is_tested() -> None:
    assert SOURCE not in pathlib.Path(swarmscope.__file__).resolve().parents


def environment(**changes: Any) -> dict[str, str]:
    """The tests' environment without what changes a program's logging."""
    changing = ("LOG_LEVEL", "PYTHONUNBUFFERED", "DATABASE_URL", "POSTGRES_HOST")
    env = {key: value for key, value in os.environ.items() if key not in changing}
    env["METRICS_HOST"] = "127.0.0.1"
    env.update({key: str(value) for key, value in changes.items()})
    return env


class Finished:
    """A program that has ended."""

    def __init__(self, code: int, stdout: str, stderr: str) -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every line of stdout, which has to be an event. Lines end at \\n alone."""
        lines = self.stdout.split("\n")
        assert lines.pop() == "", "the last line is whole"
        return [json.loads(line) for line in lines]

    def clean(self) -> Finished:
        """This, if the program ended well and had nothing to complain about."""
        assert self.code == 0, self.stderr
        assert self.stderr == ""
        return self


@pytest.fixture
def run(tmp_path: pathlib.Path):
    """Runs a program's text in a folder of its own."""

    def run_program(text: str, *arguments: str, timeout: float = 60, **env: Any) -> Finished:
        script = tmp_path / "program.py"
        script.write_text(textwrap.dedent(text), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            cwd=tmp_path,
            env=environment(**env),
            capture_output=True,
            timeout=timeout,
        )
        return Finished(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run_program


@pytest.fixture(scope="session")
def cluster():
    """A running PostgreSQL."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    folder, cluster = postgres.temporary()
    try:
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(cluster, request) -> str:
    """The URL of a database of the test's own."""
    return cluster.database(request.node.name.lower())
