"""What can be known of filebeat.yml without Filebeat.

    filebeat.py ROOT WORK

Every key is one that Filebeat 8 knows, every variable has a default and is passed by both compose files,
documents are routed to the indices of the contract, and those indices match the template. Writes
WORK/filebeat.json, the patterns and layouts, for filebeat.go: Filebeat reads them with Go's own libraries.
"""

import json
import re
import sys
from pathlib import Path

import yaml

# From Filebeat's reference configuration: what stands in ours, and where.
KEYS = {
    "": {"filebeat.inputs", "processors", "queue.mem", "cloud.id", "cloud.auth", "output.elasticsearch",
         "setup.template.enabled", "setup.ilm.enabled", "http.enabled", "http.host", "http.port",
         "logging.level", "logging.to_files"},
    "input": {"type", "id", "paths", "parsers", "close.on_state_change.removed", "clean_removed"},
    "container": {"stream", "format"},
    "queue.mem": {"events", "flush.min_events", "flush.timeout"},
    "output.elasticsearch": {"hosts", "username", "password", "index", "indices", "preset", "bulk_max_size",
                             "worker", "compression_level", "backoff.init", "backoff.max",
                             "non_indexable_policy.dead_letter_index.index"},
    "indices": {"index", "when.equals.agent_name", "when.regexp.agent_name"},
    "fingerprint": {"fields", "target_field", "ignore_missing", "method", "encoding"},
    "dissect": {"tokenizer", "field", "target_prefix", "ignore_failure"},
    "drop_fields": {"fields", "ignore_missing"},
    "decode_json_fields": {"when.regexp.message", "fields", "target", "overwrite_keys", "add_error_key",
                           "max_depth", "process_array", "expand_keys", "document_id"},
    "timestamp": {"field", "layouts", "test", "ignore_missing", "ignore_failure", "timezone"},
}
ROUTES = {
    "orchestrator": "orchestrator-logs-", "test_agent": "test_agent-", "test_agent_1": "test_agent-",
    "research_agent": "filebeat-", "my_test_agent": "filebeat-", "test_agents": "filebeat-", None: "filebeat-",
}
DAY = "%{+yyyy.MM.dd}"


def unknown(where, settings):
    for key in settings:
        if key not in KEYS[where]:
            yield f"{where or 'the top'}: {key} is no setting that is known here"


def unknown_anywhere(config):
    yield from unknown("", config)
    for source in config["filebeat.inputs"]:
        yield from unknown("input", source)
        for parser in source["parsers"]:
            for name, settings in parser.items():
                yield from unknown(name, settings)
    for section in ("queue.mem", "output.elasticsearch"):
        yield from unknown(section, config[section])
    for route in config["output.elasticsearch"]["indices"]:
        yield from unknown("indices", route)
    for processor in config["processors"]:
        for name, settings in processor.items():
            yield from unknown(name, settings) if name in KEYS else [f"there is no processor {name} here"]


def route(output, agent_name):
    for rule in output["indices"]:
        if agent_name is None:
            continue
        if rule.get("when.equals.agent_name") == agent_name:
            return rule["index"]
        if re.search(rule.get("when.regexp.agent_name", r"(?!)"), agent_name):
            return rule["index"]
    return output["index"]


def routing(root, output):
    template = json.loads((root / "deploy/elasticsearch/index-template.json").read_text())
    for agent_name, prefix in ROUTES.items():
        index = route(output, agent_name)
        if not (index.startswith(prefix) and index.endswith(DAY)):
            yield f"events of {agent_name} go to {index}, not to {prefix}…{DAY}"
        if not any(index.startswith(pattern.removesuffix("*")) for pattern in template["index_patterns"]):
            yield f"the index template does not match {index}"


def variables(root, text):
    used = dict(re.findall(r"\$\{(\w+)(:?)", text))
    yield from (f"${name} has no default" for name, default in used.items() if not default)
    for name in ("docker-compose.yml", "docker-compose.embedded.yml"):
        compose = yaml.safe_load((root / "deploy" / name).read_text())
        passed = set(compose["services"]["filebeat"]["environment"])
        yield from (f"{name} passes {extra}, which filebeat.yml does not read" for extra in passed - set(used))


def main():
    root, work = Path(sys.argv[1]), Path(sys.argv[2])
    text = (root / "deploy/filebeat.yml").read_text()
    config = yaml.safe_load(text)
    processors = {name: settings for processor in config["processors"] for name, settings in processor.items()}
    problems = [*unknown_anywhere(config), *routing(root, config["output.elasticsearch"]), *variables(root, text)]
    order = list(processors)
    if not order.index("fingerprint") < order.index("drop_fields") < order.index("decode_json_fields") < order.index("timestamp"):
        problems.append("the processors are not in their order")
    patterns = [rule["when.regexp.agent_name"] for rule in config["output.elasticsearch"]["indices"]
                if "when.regexp.agent_name" in rule]
    (work / "filebeat.json").write_text(json.dumps({
        "Patterns": [*patterns, processors["decode_json_fields"]["when.regexp.message"]],
        "Layouts": processors["timestamp"]["layouts"],
        "Times": processors["timestamp"]["test"],
    }))
    for problem in problems:
        print(f"  {problem}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
