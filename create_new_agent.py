#!/usr/bin/env python3
"""Makes a project for a new agent.

    ./create_new_agent.py NAME --port PORT --skills SKILL [SKILL ...]

The project is a folder of the agent's name: it runs, and passes its own test, at once. Everything is
done by `swarmscope agent new`, whose further options (--lang rust, --into DIR, --json) work here too.
"""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent


def main() -> None:
    arguments = sys.argv[1:]
    if not any(argument.split("=")[0] == "--lang" for argument in arguments):
        arguments += ["--lang", "python"]
    launcher = str(ROOT / "scripts" / "swarmscope")
    os.environ.setdefault("SWARMSCOPE_SOURCES", str(ROOT))
    os.execv(launcher, [launcher, "agent", "new", *arguments])


if __name__ == "__main__":
    main()
