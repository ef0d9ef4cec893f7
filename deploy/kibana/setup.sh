#!/usr/bin/env bash
# Imports the data views and saved searches into Kibana. Repeatable: what is there is replaced.
#
#   KIBANA_URL=http://localhost:5601 deploy/kibana/setup.sh
#   KIBANA_URL=https://….kb.elastic-cloud.com KIBANA_USER=elastic:PASSWORD deploy/kibana/setup.sh
set -euo pipefail
cd "$(dirname "$0")"
url=${KIBANA_URL:-http://localhost:5601}

# Credentials go through a file descriptor: arguments are shown to everybody on the machine.
credentials() { [ -z "${KIBANA_USER:-}" ] || printf 'user = "%s"\n' "$KIBANA_USER"; }

reply=$(curl -sS --retry 5 --retry-connrefused -K <(credentials) -X POST -H 'kbn-xsrf: true' \
    "$url/api/saved_objects/_import?overwrite=true" --form file=@saved-objects.ndjson)
# Kibana answers with 200 even when it refuses objects.
case $reply in
*'"success":true'*) echo "imported data views and saved searches into $url" ;;
*)
    echo "$url refused them: $reply" >&2
    exit 1
    ;;
esac
