"""The objects that are imported into Kibana: whole, referring to each other, on fields that exist.

    kibana.py ROOT
"""

import json
import re
import sys
from pathlib import Path

from grafana import CONTRACT_FIELDS

FIELDS = CONTRACT_FIELDS | {"metadata.retry_count", "metadata.max_retries"}
SEARCHES = {"Errors with exceptions", "By correlation id", "Retries"}
SOURCE = "kibanaSavedObjectMeta"


def search_problems(item, known):
    attributes = item["attributes"]
    source = json.loads(attributes[SOURCE]["searchSourceJSON"])
    named = {reference["name"]: (reference["type"], reference["id"]) for reference in item["references"]}
    if named.get(source["indexRefName"], ("", ""))[0] != "index-pattern":
        yield "refers to no data view"
    for reference in named.values():
        if reference not in known:
            yield f"refers to {reference}, which is not in the file"
    query = source["query"]["query"]
    if source["query"]["language"] != "kuery" or query.count("(") != query.count(")"):
        yield f"{query} is no KQL"
    for field in [*attributes["columns"], *re.findall(r"([\w.]+) :", query)]:
        if field not in FIELDS:
            yield f"{field} is no field of the contract"


def main():
    root = Path(sys.argv[1])
    lines = (root / "deploy/kibana/saved-objects.ndjson").read_text().splitlines()
    items = [json.loads(line) for line in lines]
    known = [(item["type"], item["id"]) for item in items]
    problems = [f"{key} is there twice" for key in set(known) if known.count(key) > 1]
    template = json.loads((root / "deploy/elasticsearch/index-template.json").read_text())
    titles = {item["attributes"]["title"] for item in items if item["type"] == "index-pattern"}
    if not titles >= set(template["index_patterns"]):
        problems.append(f"the template's patterns are not all data views: {sorted(titles)}")
    for item in items:
        title = item["attributes"]["title"]
        if item["type"] == "search":
            problems += [f"{title}: {what}" for what in search_problems(item, known)]
        elif item["attributes"].get("timeFieldName") != "@timestamp":
            problems.append(f"{title} has no time")
    if {item["attributes"]["title"] for item in items if item["type"] == "search"} != SEARCHES:
        problems.append("the saved searches are not the three that the documents name")
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
