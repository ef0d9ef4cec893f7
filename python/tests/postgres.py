"""A PostgreSQL of the tests' own: a cluster in a temporary folder on a free port of loopback."""

from __future__ import annotations

import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import Optional

SCHEMA = pathlib.Path(__file__).with_name("contract.sql")
FREE_PORTS = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "free-ports"


def free_port() -> int:
    """A port for a server that is started next, out of the way of outgoing connections."""
    return int(subprocess.check_output([sys.executable, str(FREE_PORTS), "1"]))


def binaries() -> Optional[str]:
    """Where initdb is: on the path, or where Debian puts it."""
    found = shutil.which("initdb")
    if found:
        return os.path.dirname(os.path.realpath(found))
    debian = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    return debian[-1] if debian else None


class Cluster:
    """One server; each database in it is for one test."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        self.user = "postgres" if os.getuid() == 0 else None
        self.port = free_port()
        if self.user:
            shutil.chown(folder, self.user)
        data = os.path.join(folder, "data")
        self._call("initdb", "-D", data, "-U", "orchestrator_admin", "-A", "trust", "--no-sync")
        self._data = data

    def _call(self, program: str, *arguments: str) -> None:
        command = [os.path.join(binaries() or "", program), *arguments]
        with open(os.path.join(self.folder, "output.log"), "ab") as output:
            done = subprocess.run(
                command, user=self.user, cwd=self.folder, stdout=output, stderr=output, timeout=120
            )
        if done.returncode != 0:
            said = pathlib.Path(self.folder, "output.log").read_text(errors="replace")
            raise RuntimeError(f"{program} failed: {said[-2000:]}")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._call("pg_ctl", "start", "-w", "-D", self._data, "-o", options, "-l", self._data + ".log")

    def stop(self) -> None:
        self._call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)

    def url(self, database: str) -> str:
        return f"postgresql://orchestrator_admin@127.0.0.1:{self.port}/{database}"

    def database(self, name: str) -> str:
        """A fresh database with the contract's tables; its URL."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(SCHEMA.read_text())
        return self.url(name)


def temporary() -> tuple[str, Cluster]:
    folder = tempfile.mkdtemp(prefix="swarmscope-postgres-")
    try:
        return folder, Cluster(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
