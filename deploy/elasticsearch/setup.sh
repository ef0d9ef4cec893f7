#!/usr/bin/env bash
# Puts the lifecycle policy and the index template of agents' events into Elasticsearch. Repeatable.
#
#   ELASTICSEARCH_URL=http://localhost:9200 deploy/elasticsearch/setup.sh
#   ELASTICSEARCH_URL=https://….elastic-cloud.com ELASTICSEARCH_USER=elastic:PASSWORD deploy/elasticsearch/setup.sh
#
# LIFECYCLE=none leaves the policy out, for an Elasticsearch without index lifecycle management.
set -euo pipefail
cd "$(dirname "$0")"
url=${ELASTICSEARCH_URL:-http://localhost:9200}

# Credentials go through a file descriptor: arguments are shown to everybody on the machine.
credentials() { [ -z "${ELASTICSEARCH_USER:-}" ] || printf 'user = "%s"\n' "$ELASTICSEARCH_USER"; }

put() { # put PATH FILE
    local reply
    reply=$(curl -sS --retry 5 --retry-connrefused -K <(credentials) -w '\n%{http_code}' \
        -X PUT "$url/$1" -H 'content-type: application/json' --data-binary "@$2") || return 1
    if [ "${reply##*$'\n'}" != 200 ]; then
        echo "$url/$1 was refused: $reply" >&2
        return 1
    fi
    echo "put $1"
}

if [ "${LIFECYCLE:-}" = none ]; then
    lifecycle=$(mktemp)
    trap 'rm -f "$lifecycle"' EXIT
    echo '{"template": {}}' >"$lifecycle"
else
    put _ilm/policy/agent-events lifecycle.json
    lifecycle=component-lifecycle.json
fi
put _component_template/agent-events-lifecycle "$lifecycle"
put _component_template/agent-events-mappings component-mappings.json
put _index_template/agent-events index-template.json
