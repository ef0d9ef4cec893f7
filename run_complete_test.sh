#!/usr/bin/env bash
# The complete test, with nothing running beforehand: starts an embedded system of its own on free ports
# and lets the test agent work in it, and walks the whole checklist. Takes about half a
# minute once the binary is built, and leaves nothing behind. `make test` runs the project's own tests.
set -euo pipefail
cd "$(dirname "$0")"
swarmscope=$PWD/scripts/swarmscope
"$swarmscope" --version

folder=$(mktemp -d)
processes=()
finish() {
    status=$?
    for process in ${processes[@]+"${processes[@]}"}; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    [ "$status" -eq 0 ] || tail -n 20 "$folder"/*.log >&2
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT

read -r ui elastic prometheus orchestrator metrics < <(scripts/free-ports 5)
echo "starting an embedded system on ports $ui, $elastic, $prometheus, $orchestrator"
"$swarmscope" up --data "$folder/data" --listen "127.0.0.1:$ui" --elastic "127.0.0.1:$elastic" \
    --prometheus "127.0.0.1:$prometheus" --orchestrator "127.0.0.1:$orchestrator" \
    </dev/null >"$folder/up.log" 2>&1 &
server=$!
processes+=("$server")
for _ in $(seq 300); do
    kill -0 "$server" 2>/dev/null || { echo "the embedded system ended; its last words:" >&2; exit 1; }
    curl -sf "http://127.0.0.1:$ui/health" >/dev/null && break
    sleep 0.1
done

echo "starting the test agent, its output goes to the log store"
"$swarmscope" run --quiet --name test_agent --elastic "http://127.0.0.1:$elastic" --spool "$folder/spool" -- \
    "$swarmscope" agent run --type test_agent --port "$metrics" \
    --orchestrator "http://127.0.0.1:$orchestrator" </dev/null >"$folder/agent.log" 2>&1 &
processes+=($!)

# found QUERY AT_LEAST: waits until the log store has so many events.
found() {
    local count=0
    for _ in $(seq 150); do
        count=$(curl -sf "http://127.0.0.1:$elastic/test_agent-*/_count" -G --data-urlencode "q=$1" |
            python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])' || echo 0)
        if [ "$count" -ge "$2" ]; then
            echo "  pass         $1: $count events"
            return 0
        fi
        sleep 0.2
    done
    echo "  FAIL         $1: $count events instead of $2"
    return 1
}
echo "events of the test agent in test_agent-*:"
found 'event_type:test_task_created' 8
found 'event_type:test_tasks_batch_created' 1
found 'event_type:task_completed' 4
found 'event_type:transient_error_retry AND severity:WARNING' 1
found 'event_type:max_retries_exceeded AND severity:ERROR' 1
found 'event_type:permanent_error AND severity:ERROR' 1
found 'event_type:unexpected_error AND _exists_:metadata.exception' 1

"$swarmscope" validate --elastic "http://127.0.0.1:$elastic" --server "http://127.0.0.1:$ui" \
    --prometheus "http://127.0.0.1:$prometheus" --orchestrator "http://127.0.0.1:$orchestrator"
