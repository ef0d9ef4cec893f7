#!/usr/bin/env bash
# Runs test_agent.py in a virtual environment, which is made and filled when it is not there yet:
# `./run_test_agent.sh`. PYTHON names another interpreter than python3, VENV another folder than .venv.
set -euo pipefail
cd "$(dirname "$0")"
venv=${VENV:-.venv}
if ! [ -x "$venv/bin/python" ]; then
    "${PYTHON:-python3}" -m venv "$venv" || {
        echo "no virtual environment could be made; install Python's venv: apt-get install python3-venv" >&2
        exit 1
    }
fi
if ! "$venv/bin/python" -c 'import swarmscope, prometheus_client, psycopg' 2>/dev/null; then
    echo "installing requirements.txt into $venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
fi
exec "$venv/bin/python" test_agent.py "$@"
