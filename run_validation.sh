#!/usr/bin/env bash
# Checks the installation that runs on this machine.
#
#   ./run_validation.sh            the embedded system (`swarmscope up`)
#   ./run_validation.sh --stack    the stack of docker-compose.yml
#
# Further options go to `swarmscope validate` (see --help). Ends with 1 when a check fails.
set -euo pipefail
exec "$(dirname "$0")/scripts/swarmscope" validate "$@"
