#!/usr/bin/env bash
# Runs a command that talks to a cluster's monitor and Pub/Sub, through ports of this machine that lead there while it runs.
#
#   k8s/with-monitor.sh "kubectl --namespace=closing-bell" PROJECT COMMAND...
#
# PROJECT is the Google Cloud project of the topics, or `local` where Pub/Sub is embedded in the cluster.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
read -r -a kubectl <<< "$1"
project=$2
shift 2

scratch=$(mktemp -d)
forwards=()
trap 'kill "${forwards[@]}" 2> /dev/null || true; rm -rf "$scratch"' EXIT

# Leads a free port to a service's port, and says which in the variable `port`.
forward() {
  local log="$scratch/$1"
  : > "$log"
  "${kubectl[@]}" port-forward --address=127.0.0.1 "service/$1" ":$2" > "$log" 2>&1 &
  forwards+=($!)
  for _ in $(seq 150); do
    port=$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$log")
    [ -z "$port" ] || return 0
    kill -0 "${forwards[-1]}" 2> /dev/null || break
    sleep 0.1
  done
  echo "The service $1 cannot be reached: $(cat "$log")" >&2
  exit 1
}

forward monitor 80
export CLOSING_BELL_MONITOR_URL="http://127.0.0.1:$port"
if [ "$project" = local ]; then
  forward pubsub 8085
  export PUBSUB_EMULATOR_HOST="127.0.0.1:$port"
else
  export CLOSING_BELL_PROJECT=$project
fi
"$@"
