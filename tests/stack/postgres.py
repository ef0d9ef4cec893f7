"""The SQL of the dashboards on the schema of init-db.sql, with psql's environment set.

    postgres.py ROOT
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from boards import panels_of

ROWS = """
INSERT INTO task_states (task_id, task_type, state) VALUES ('a', 'research', 'queued'), ('b', 'research', 'completed');
INSERT INTO agents (agent_name, agent_type, status, last_heartbeat) VALUES ('r', 'research_agent', 'active', now());
INSERT INTO task_history (task_id, task_type, agent_name, state, completed_at, duration_ms, success)
    VALUES ('b', 'research', 'r', 'completed', now(), 10, true);
"""


def psql(sql):
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    return subprocess.run(command, input=sql, capture_output=True, text=True, check=False)


def as_grafana_sends(sql):
    """Grafana's macros become what its PostgreSQL data source makes of them."""
    sql = re.sub(r"\$__timeGroupAlias\((\w+), \$__interval\)",
                 r'floor(extract(epoch from \1)/60)*60 AS "time"', sql)
    return re.sub(r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN now() - interval '1 hour' AND now() + interval '1 hour'", sql)


def main():
    root = Path(sys.argv[1])
    problems, asked = [], 0
    for sql in ((root / "deploy/init-db.sql").read_text(), ROWS):
        made = psql(sql)
        if made.returncode != 0:
            problems.append(f"init-db.sql and rows of the contract: {made.stderr.strip()}")
    for path in sorted((root / "deploy/grafana/provisioning/dashboards").glob("*.json")):
        for panel in panels_of(json.loads(path.read_text())):
            for target in panel.get("targets", []):
                if "rawSql" in target:
                    asked += 1
                    answer = psql(as_grafana_sends(target["rawSql"]))
                    if answer.returncode != 0 or not answer.stdout.strip():
                        problems.append(f"{panel['title']!r}: {answer.stderr.strip() or 'no rows'}")
    if asked == 0:
        problems.append("no dashboard asks PostgreSQL")
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
