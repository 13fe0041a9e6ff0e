#!/usr/bin/env bash
# The gateway beside nginx-rtmp, as servers of one RTMP stream to many viewers: the server on one core, publisher and viewers on another, the same
# media, in a network namespace of its own with congestion control cubic. Prints a table, and how late the generator was itself.
# Usage: tests/benchmarks/compare.sh [VIEWERS] [SECONDS]   (default 500 for 15 s; as root, with two cores that nothing else uses)
# Needs nginx with libnginx-mod-rtmp, iproute2, python3 and the .NET SDK. By variables:
#   SERVERS         which of "gateway gateway-off gateway-nagle nginx": sound waits up to 20 ms for a picture; it does not; the same with Nagle's algorithm
#   MEMORY_VIEWERS  viewers for whom memory is measured, after a full collection (2000); 0: not at all
#   HOLD            numbers of viewers that are tried one after the other until one is not held ("1000 2000 3000 4000 5000"); empty: none
#   ROUNDS          times that everything is done (1); the table has a row for each
#   WARM_UP         seconds that each server works before it is measured (20)
#   CLIP            FLV with H.264 to publish instead of 720p30 of 2.5 Mbit/s that is made up
#   SERVER_CORE, CLIENT_CORE   (1 and 0)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/benchmarks/namespace.sh
. tests/benchmarks/namespace.sh

viewers=${1:-500}
seconds=${2:-15}
memory_viewers=${MEMORY_VIEWERS-2000}
hold=${HOLD-1000 2000 3000 4000 5000}
ramp=200
settle=3
port=${FIRST_PORT:-18700}
# shellcheck source=tests/benchmarks/gateway.sh
. tests/benchmarks/gateway.sh
url="rtmp://127.0.0.1:$((port + 1))/live/load"
media=(--rate 2500 --pictures 30)
if [ -n "${CLIP:-}" ]; then media=(--file "$CLIP"); fi

on_core() { taskset -cp "$1" $BASHPID >/dev/null; } # What is started from here on inherits it.

start_server() {
  on_core "${SERVER_CORE:-1}"
  rm -f "$folder/gateway.log"
  local settings=(Rtmp__MaximumIdleConnectionsPerAddress=20000 Rtmp__MaximumConnections=20000)
  case $1 in
  gateway) start_gateway "${settings[@]}" Rtmp__Coalescing=00:00:00.020 ;;
  gateway-off) start_gateway "${settings[@]}" Rtmp__Coalescing=00:00:00 ;;
  gateway-nagle) start_gateway "${settings[@]}" Rtmp__Coalescing=00:00:00 Rtmp__TcpNoDelay=false ;;
  nginx) start_nginx ;;
  *) echo "There is no server $1." >&2 && return 1 ;;
  esac
  on_core "${CLIENT_CORE:-0}"
}

start_nginx() {
  cat >"$folder/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid $folder/nginx.pid; error_log $folder/nginx.log warn; worker_rlimit_nofile 20000;
events { worker_connections 16384; }
rtmp { access_log off; server { listen 127.0.0.1:$((port + 1)); application live { live on; } } }
CONF
  nginx -p "$folder" -e "$folder/nginx.log" -c "$folder/nginx.conf" &
  gateway_pid=$!
  for _ in $(seq 50); do
    if [ "$(connections listening)" -gt 0 ]; then return; fi
    sleep 0.2
  done
  cat "$folder/nginx.log" >&2
  return 1
}

stop_server() {
  kill "$gateway_pid" && wait "$gateway_pid" 2>/dev/null || true
  gateway_pid=
}

connections() { ss -Htn state "$1" "( sport = :$((port + 1)) )" | wc -l; }

# publish FILE SECONDS: in the background; its figures go into the file.
publish() {
  dotnet "$gateway" load publish "$url" --seconds "$2" "${media[@]}" >"$1" &
  publisher=$!
  sleep 3
}

# play FILE VIEWERS SECONDS [WARM_UP]: the figures go into the file, empty when there are none.
play() {
  dotnet "$gateway" load play "$url" --sessions "$2" --ramp "$ramp" --warm-up "${4:-$settle}" --seconds "$3" --process "$gateway_pid" >"$1" || true
}

# measure NAME VIEWERS SECONDS: publisher and viewers, which end before it does.
measure() {
  publish "$1.publish" $((3 + $2 / ramp + settle + $3 + 8))
  play "$1.play" "$2" "$3"
  wait "$publisher" || true
}

own_memory() { awk '/RssAnon/ { print $2 }' "/proc/$gateway_pid/status"; }

collected_memory() {
  if [[ $1 = gateway* ]]; then python3 tests/benchmarks/collect.py "$gateway_pid"; fi
  own_memory
}

# meanwhile NAME VIEWERS COMMAND...: does something while viewers play, all of whom have begun.
meanwhile() {
  local name=$1 number=$2
  shift 2
  publish "$name.publish" $((3 + number / ramp + settle + 22))
  play "$name.play" "$number" 12 &
  local players=$!
  for _ in $(seq 150); do
    if [ "$(connections established)" -gt "$number" ]; then break; fi # The publisher is one, too.
    sleep 0.2
  done
  sleep "$settle"
  "$@"
  wait "$players" || true
  wait "$publisher" || true
}

probe() { play "$folder/$1.probe" 40 3 0; }
weigh() { collected_memory "$1" >"$folder/$1.with"; }

row() { python3 tests/benchmarks/compare.py row "$folder" "$1" "$viewers" "$memory_viewers"; }

echo "| server | processor ms per viewer-second | picture p50 / p99 ms | sound p50 / p99 ms | first picture p95 ms | KiB per viewer | held / failed | generator late ms |"
echo "|---|---|---|---|---|---|---|---|"
for _ in $(seq "${ROUNDS:-1}"); do
  for server in ${SERVERS:-gateway gateway-off gateway-nagle nginx}; do
    rm -f "$folder/$server".*
    start_server "$server"
    measure "$folder/$server.warm" 50 "${WARM_UP:-20}"
    collected_memory "$server" >"$folder/$server.none"
    measure "$folder/$server.main" "$viewers" "$seconds"
    meanwhile "$folder/$server.present" "$viewers" probe "$server"
    if [ "$memory_viewers" -gt 0 ]; then
      meanwhile "$folder/$server.memory" "$memory_viewers" weigh "$server"
    fi
    for number in $hold; do
      measure "$folder/$server.hold$number" "$number" "$seconds"
      if ! python3 tests/benchmarks/compare.py held "$folder/$server.hold$number"; then break; fi
    done
    row "$server"
    stop_server
  done
done
