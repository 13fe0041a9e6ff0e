#!/usr/bin/env bash
# WebRTC in, RTMP out: what the gateway takes of the processor for each second of a stream that comes over WebRTC and is played over RTMP, without sound, with the
# `fast` and with the `twoloop` coder of AAC; how soon players see a picture; and how many streams and players it carries at once. In a network namespace of its own.
# Usage: tests/benchmarks/webrtc.sh [STREAMS] [SECONDS]   (default 10 for 15 s; as root, with cores that nothing else uses; less than eight minutes)
# Needs iproute2, python3, libopus, FFmpeg and the .NET SDK. One line of JSON for each run goes to the standard error, a table to the standard
# output. By variables:
#   PARTS           which of "cost join load"; all unless set
#   JOIN            streams that begin at once, each with a player that comes as soon as all are there (20)
#   LOAD            streams:players that are tried one after the other until one is held ("50:500 40:400 30:300 20:200")
#   SERVER_CORE, CLIENT_CORE   of the parts cost and join (1 and 0)
#   SERVER_CORES, CLIENT_CORES of the part load ("0,1" and "0,1": on a machine of two cores clients take from the server; more cores show more)
# `load whip` publishes (src/MediaGateway/Load): its pictures are 720p30 of 2.5 Mbit/s, made up; its sound is real Opus. Any other publisher that speaks WHIP can take
# its place.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/benchmarks/namespace.sh
. tests/benchmarks/namespace.sh

streams=${1:-10}
seconds=${2:-15}
warm_up=20
port=${FIRST_PORT:-18800}
# shellcheck source=tests/benchmarks/gateway.sh
. tests/benchmarks/gateway.sh
whip="http://127.0.0.1:$port/whip/load{n}"
rtmp="rtmp://127.0.0.1:$((port + 1))/live/load{n}"
publisher=

on_cores() { taskset -cp "$1" $BASHPID >/dev/null; } # What is started from here on inherits it.

# serve CORES SETTING=VALUE...: a fresh gateway on these cores.
serve() {
  on_cores "$1"
  rm -f "$folder/gateway.log"
  start_gateway Rtmp__MaximumIdleConnectionsPerAddress=20000 "${@:2}"
}

stop_server() {
  kill "$gateway_pid" && wait "$gateway_pid" 2>/dev/null || true
  gateway_pid=
}

# publish FILE STREAMS [OPTION...]: in the background until stop_publisher; the figures go into the file. Returns when all are published, or after 30 s.
publish() {
  timeout -k 10 150 dotnet "$gateway" load whip "$whip" --sessions "$2" --ramp 20 --warm-up 0 --seconds 600 "${@:3}" >"$1" &
  publisher=$!
  local until=$((SECONDS + 30))
  while [ "$SECONDS" -lt "$until" ]; do
    if [ "$(published)" -ge "$2" ]; then return; fi
    sleep 0.2
  done
  echo "Not all of $2 streams were published within 30 s." >&2
}

published() {
  python3 -c 'import json,sys,urllib.request as u; print(sum(s["videoFrames"] > 0 for s in json.load(u.urlopen(sys.argv[1], timeout=5))))' "http://127.0.0.1:$port/api/streams" 2>/dev/null || echo 0
}

stop_publisher() {
  kill -TERM "$publisher" 2>/dev/null || true
  wait "$publisher" || true
}

# play FILE STREAMS PLAYERS SAMPLE WARM_UP SECONDS RAMP: the figures go into the file, empty when there are none.
play() {
  timeout -k 5 100 dotnet "$gateway" load play "$rtmp" --streams "$2" --sessions "$3" --sample "$4" --warm-up "$5" --seconds "$6" --ramp "$7" --process "$gateway_pid" >"$1" || true
}

# The gateway's own figures: how long converting sound takes, and frames that it dropped.
figures() {
  python3 -c 'import sys,urllib.request as u; sys.stdout.write(u.urlopen(sys.argv[1], timeout=10).read().decode())' "http://127.0.0.1:$port/$1" >"$2" || true
}

report() { python3 tests/benchmarks/webrtc.py "$@"; }

# What has not run yet is slow: few streams first, so that they hardly count among the gateway's own figures, which are since its start.
warm() { # SECONDS
  publish "$folder/warm.whip" 2
  play "$folder/warm.play" 2 10 2 0 "$1" 100
  stop_publisher
}

cost() { # NAME SETTING [OPTION...]
  serve "${SERVER_CORE:-1}" "Audio__Coder=$2"
  on_cores "${CLIENT_CORE:-0}"
  publish "$folder/$1.whip" "$streams" "${@:3}"
  play "$folder/$1.play" "$streams" "$streams" "$streams" "$warm_up" "$seconds" 20
  stop_publisher
  report cost "$folder/$1" "$1" "$streams"
  stop_server
}

join() { # NAME CACHE_BYTES
  local number=${JOIN:-20}
  serve "${SERVER_CORE:-1}" Audio__Coder=fast "Streams__CacheBytes=$2"
  on_cores "${CLIENT_CORE:-0}"
  warm 8
  publish "$folder/$1.whip" "$number"
  sleep 3 # a group is there, where one is kept
  play "$folder/$1.play" "$number" "$number" "$number" 2 5 200
  stop_publisher
  report join "$folder/$1" "$1" "$number"
  stop_server
}

load() { # STREAMS PLAYERS; fails when it is not held
  local name="load-$1-$2" held=0
  serve "${SERVER_CORES:-0,1}" Audio__Coder=fast
  on_cores "${CLIENT_CORES:-0,1}"
  warm 10
  publish "$folder/$name.whip" "$1"
  play "$folder/$name.play" "$1" "$2" 20 5 "$seconds" 100 &
  local players=$!
  sleep $(($2 / 100 + 6)) # All have begun, and the sound of the kept groups is made.
  figures metrics "$folder/$name.begun"
  wait "$players"
  figures metrics "$folder/$name.metrics"
  stop_publisher
  report load "$folder/$name" "$1" "$2" || held=$?
  stop_server
  return "$held"
}

parts=${PARTS:-cost join load}
echo "| what | result | generator late ms |"
echo "|---|---|---|"
for part in $parts; do
  case $part in
  cost)
    cost "video only" fast --no-sound
    cost "with sound, coder fast" fast
    cost "with sound, coder twoloop" twoloop
    ;;
  join)
    join "a group is kept" 16777216
    join "no group is kept" 65536
    ;;
  load)
    for step in ${LOAD:-50:500 40:400 30:300 20:200}; do
      if load "${step%:*}" "${step#*:}"; then break; fi
    done
    ;;
  *) echo "There is no part $part." >&2 && exit 1 ;;
  esac
done
