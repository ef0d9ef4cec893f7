"""The shipped dashboards and data sources, as far as Grafana's types do not tell.

    grafana.py ROOT WORK

Checks uids, ids, overlaps, fields of aggregations and variables. Writes two files into WORK for other
tools: dashboards.ts, every panel as a literal of its own type, for tsc; and queries.yml, every PromQL
expression as a rule, for promtool.
"""

import json
import re
import sys
from pathlib import Path

import yaml

from boards import panels_of

CONTRACT_FIELDS = {
    "agent_name", "event_type", "severity", "message", "metadata.correlation_id", "metadata.task_id",
    "metadata.exception.type", "metadata.exception.message",
}
DATE_FIELDS = {"@timestamp", "timestamp"}
# Grafana's names in Elasticsearch and Prometheus queries that no dashboard has to define.
BUILT_IN = {"__rate_interval", "__interval", "__range", "__timeGroupAlias", "__timeFilter", "__all",
            "__value", "__url_time_range"}
TITLES = {"Orchestrator", "Test Agent", "Agents overview", "Swarmscope itself"}
OPTIONS = {
    "timeseries": ("timeseries", "TimeSeriesPanelCfg", True), "table": ("table", "TablePanelCfg", True),
    "stat": ("stat", "StatPanelCfg", False), "logs": ("logs", "LogsPanelCfg", False),
    "bargauge": ("bargauge", "BarGaugePanelCfg", False), "heatmap": ("heatmap", "HeatmapPanelCfg", True),
}
HEAD = """import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/schema';
import type { ElasticsearchDataQuery } from '@grafana/schema/dist/esm/raw/composable/elasticsearch/dataquery/x/ElasticsearchDataQuery_types.gen';
%s
// A type as it stands in JSON: members of an enum are their values.
type Json<T> = unknown extends T ? unknown
  : T extends string ? `${T}`
  : T extends number ? (number extends T ? number : `${T}` extends `${infer N extends number}` ? N : T)
  : T extends boolean | null | undefined ? T
  : T extends (infer U)[] ? Json<U>[]
  : { [K in keyof T]: Json<T[K]> };
interface PrometheusQuery { refId: string; expr: string; legendFormat: string; instant: boolean; range: boolean;
  format?: 'time_series' | 'table' | 'heatmap'; editorMode: 'code';
  datasource: { type: 'prometheus'; uid: string } }
interface SqlQuery { refId: string; rawSql: string; format: 'table' | 'time_series'; rawQuery: true;
  editorMode: 'code'; datasource: { type: 'grafana-postgresql-datasource'; uid: string } }
"""
QUERIES = {"prometheus": "PrometheusQuery", "grafana-postgresql-datasource": "SqlQuery",
           "elasticsearch": "Json<ElasticsearchDataQuery>"}


def overlaps(panels):
    taken = {}
    for panel in panels:
        at = panel["gridPos"]
        if at["x"] + at["w"] > 24:
            yield f"{panel['title']!r} is wider than the dashboard"
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other is not panel["title"]:
                    yield f"{panel['title']!r} lies over {other!r}"
                    return


def aggregated_fields(target):
    for aggregation in (*target.get("bucketAggs", []), *target.get("metrics", [])):
        if "field" in aggregation:
            yield aggregation["type"], aggregation["field"]


def field_problem(kind, field):
    """Text cannot be aggregated: it has to be the `.keyword` of a field of the contract, or a date."""
    if kind == "terms":
        base = field.removesuffix(".keyword")
        return None if base != field and base in CONTRACT_FIELDS else f"terms on {field}"
    return None if field in DATE_FIELDS else f"{kind} on {field}"


def query_problems(query):
    """Words before a colon are fields; those of the contract exist, others are mistyped."""
    plain = re.sub(r'"[^"]*"|\$\{\w+(:\w+)?\}', "", query)
    for field in re.findall(r"([@\w.]+):", plain.replace("_exists_:", "")):
        if field.removesuffix(".keyword") not in CONTRACT_FIELDS:
            yield f"{field} is no field of the contract"


def variables_of(text):
    return set(re.findall(r"\$\{?(\w+)", text))


def dashboard_problems(board, sources):
    panels = list(panels_of(board))
    ids = [panel["id"] for panel in panels]
    if len(ids) != len(set(ids)):
        yield "two panels have the same id"
    defined = {variable["name"] for variable in board["templating"]["list"]} | BUILT_IN
    for variable in variables_of(json.dumps(board)) - defined:
        yield f"${variable} is not defined"
    for row in (board, *board["panels"]):
        yield from overlaps(row.get("panels", []))
    for holder in (*panels, *board["templating"]["list"]):
        title = holder.get("title") or holder["name"]
        for part in (holder, *holder.get("targets", [])):
            source = part.get("datasource")
            if source and sources.get(source["uid"]) != source["type"]:
                yield f"{title!r}: no data source {source['uid']} of type {source['type']}"
            elif source and source["type"] == "elasticsearch":
                for kind, field in aggregated_fields(part):
                    problem = field_problem(kind, field)
                    if problem:
                        yield f"{title!r}: {problem}"
                if part is not holder:
                    yield from (f"{title!r}: {what}" for what in query_problems(part["query"]))
    for variable in board["templating"]["list"]:
        if variable["type"] == "query" and variable["datasource"]["type"] == "elasticsearch":
            problem = field_problem("terms", json.loads(variable["query"])["field"])
            if problem:
                yield f"${variable['name']}: {problem}"


def literals(boards):
    imports = "".join(
        f"import type * as {name} from '@grafana/schema/dist/esm/raw/composable/{folder}/panelcfg/x/{file}_types.gen';\n"
        for name, (folder, file, _) in OPTIONS.items())
    lines = [HEAD % imports]

    def literal(kind, value):
        lines.append(f"export const v{len(lines)}: {kind} = {json.dumps(value, indent=1)};\n")

    for board in boards:
        whole = {**board, "panels": [], "templating": {"list": []}}
        literal("Json<Dashboard>", whole)
        for variable in board["templating"]["list"]:
            literal("Json<VariableModel>", variable)
        for panel in panels_of(board):
            if panel["type"] == "row":
                literal("Json<RowPanel>", {**panel, "panels": []})
                continue
            literal("Json<Panel>", panel)
            name, custom = panel["type"], panel["fieldConfig"]["defaults"].get("custom")
            literal(f"Json<Partial<{name}.Options>>", panel["options"])
            if custom is not None:
                kind = f"Json<Partial<{name}.FieldConfig>>" if OPTIONS[name][2] else "never"
                literal(kind, custom)
            for target in panel["targets"]:
                literal(QUERIES[target["datasource"]["type"]], target)
    return "".join(lines)


def rules(boards):
    """Each expression as a recording rule, with Grafana's variables replaced by values."""
    found = []
    for board in boards:
        for panel in panels_of(board):
            for target in panel.get("targets", []):
                if "expr" in target:
                    expression = re.sub(r"\$__(rate_interval|range)", "5m", target["expr"])
                    found.append({"record": f"panel:q{len(found)}", "expr": expression})
    return yaml.safe_dump({"groups": [{"name": "panels", "rules": found}]})


def main():
    provisioning, work = Path(sys.argv[1]) / "deploy/grafana/provisioning", Path(sys.argv[2])
    data = yaml.safe_load((provisioning / "datasources/datasources.yml").read_text())
    sources = {source["uid"]: source["type"] for source in data["datasources"]}
    problems = []
    if len(sources) != len(data["datasources"]):
        problems.append("two data sources have the same uid")
    boards = []
    for path in sorted((provisioning / "dashboards").glob("*.json")):
        board = json.loads(path.read_text())
        boards.append(board)
        problems += [f"{path.name}: {what}" for what in dashboard_problems(board, sources)]
    for title in TITLES - {board["title"] for board in boards}:
        problems.append(f"the dashboard {title} is not there")
    (work / "dashboards.ts").write_text(literals(boards))
    (work / "queries.yml").write_text(rules(boards))
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
