#!/usr/bin/env bash
# A mixed load for MINUTES (default 30) with a fault every minute, in turn; samples of memory, threads and files after each; at the end one word.
# Usage: tests/soak.sh [MINUTES]     Ports are those of FIRST_PORT (default 18700) and the three above. SAMPLES is a file that keeps the samples.
# Needs ffmpeg, curl, node and a Release build of src/MediaGateway. Everything that it starts ends with it.
# Fails when a viewer of the steady load is lost, a probe does not answer, the log has an error, memory keeps growing (least squares over the samples
# after a third of the run, from ten minutes on), or threads and files are not given back. docs/operations.md tells more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
minutes=${1:-30}
case $minutes in '' | *[!0-9]* | 0) echo "usage: tests/soak.sh [MINUTES]" >&2; exit 2 ;; esac
port=${FIRST_PORT:-18700}
# shellcheck source=tests/benchmarks/gateway.sh
. tests/benchmarks/gateway.sh

viewers=${VIEWERS:-60}
most_growth=${MOST_GROWTH:-512} # KiB a minute: 30 MiB in an hour would be a leak that matters
http=http://127.0.0.1:$port
rtmp=rtmp://127.0.0.1:$((port + 1))/live
samples=${SAMPLES:-$folder/samples}
children=()
problems=()

finish_soak() {
  local child
  for child in "${children[@]}" "${publisher:-}" "${hook:-}"; do
    if [ -n "$child" ]; then
      kill -KILL "$child" 2>/dev/null || true
      wait "$child" 2>/dev/null || true
    fi
  done
  finish
}
trap finish_soak EXIT
trap 'exit 130' INT TERM

problem() {
  problems+=("$1")
  echo "PROBLEM: $1"
}

# A backend that says yes to everybody, until somebody stops it.
start_hook() {
  PORT=$((port + 3)) node docs/examples/hook-backend/server.mjs >/dev/null 2>&1 &
  hook=$!
}

# publish_film NAME: pictures and sound as an encoder sends them, until it is killed.
publish_film() {
  ffmpeg -nostdin -v error -re -f lavfi -i "testsrc2=size=640x360:rate=25" -f lavfi -i "sine=frequency=440:sample_rate=48000" -pix_fmt yuv420p -c:v libx264 \
    -preset ultrafast -tune zerolatency -g 50 -b:v 800k -c:a aac -b:a 96k -f flv "$rtmp/$1" >/dev/null 2>>"$folder/publishers.log" &
}

start_publisher() {
  publish_film film
  publisher=$!
}

# An HLS player as far as the server sees one: the playlist again and again, and its newest segment.
read_hls() {
  local base=$http/hls/live/film media list entry last=
  while sleep 1; do
    media=$(curl -fsS -m 10 "$base/index.m3u8" 2>/dev/null | grep -v '^#' | tail -n 1) || continue
    while list=$(curl -fsS -m 10 "$base/$media" 2>/dev/null); do
      entry=$(grep -v '^#' <<<"$list" | tail -n 1) || true
      if [ -n "$entry" ] && [ "$entry" != "$last" ] && curl -fsS -m 10 -o /dev/null "$base/$entry" 2>/dev/null; then
        last=$entry
        echo >>"$folder/hls"
      fi
      sleep 1
    done
  done
}

# Faults. Each leaves nothing behind after some 40 s.
fault_publisher_killed() {
  kill -KILL "$publisher"
  wait "$publisher" 2>/dev/null || true
  sleep 2
  start_publisher
}

fault_viewers_stop_reading() {
  dotnet "$gateway" load play "$rtmp/load1" --sessions 10 --seconds 300 >/dev/null 2>&1 &
  local stopped=$!
  children+=("$stopped")
  sleep 8
  kill -STOP "$stopped" && sleep 20
  kill -KILL "$stopped"
  wait "$stopped" 2>/dev/null || true
}

fault_garbage() {
  local index
  for index in $(seq 100); do
    for target in tcp/127.0.0.1/"$port" tcp/127.0.0.1/$((port + 1)) tcp/127.0.0.1/$((port + 2)) udp/127.0.0.1/$((port + 2)); do
      (head -c $((index * 13)) /dev/urandom >"/dev/$target") 2>/dev/null || true
    done
  done
}

fault_slow_loris() {
  (
    descriptors=()
    for index in $(seq 100); do
      exec {descriptor}<>"/dev/tcp/127.0.0.1/$((port + index % 3))" || continue
      descriptors+=("$descriptor")
    done
    for _ in $(seq 20); do
      for descriptor in "${descriptors[@]}"; do printf 'G' >&"$descriptor" || true; done
      sleep 1
    done
  ) 2>/dev/null &
  wait $! || true
}

fault_name_taken() {
  publish_film film
  local thief=$!
  children+=("$thief")
  sleep 10
  kill -KILL "$thief" 2>/dev/null || true
  wait "$thief" 2>/dev/null || true
  # Whoever the settings let have the name: the steady publisher is to be there again.
  if ! kill -0 "$publisher" 2>/dev/null; then start_publisher; fi
}

fault_hook_hangs_then_is_gone() {
  kill -STOP "$hook"
  timeout -s KILL 10 ffmpeg -nostdin -v quiet -i "$rtmp/film" -t 1 -f null - </dev/null || true
  kill -KILL "$hook"
  wait "$hook" 2>/dev/null || true
  timeout -s KILL 5 ffmpeg -nostdin -v quiet -i "$rtmp/film" -t 1 -f null - </dev/null || true
  start_hook
}

fault_crowd_comes_and_goes() {
  timeout -s KILL 40 dotnet "$gateway" load play "$rtmp/load{n}" --streams 3 --sessions 150 --seconds 8 >/dev/null 2>&1 || true
}

faults=(publisher_killed viewers_stop_reading garbage slow_loris name_taken hook_hangs_then_is_gone crowd_comes_and_goes)

# sample MINUTE FAULT: one line: minute, KiB of its own, threads, files, buffers in use, frames dropped, fault.
sample() {
  local status=/proc/$gateway_pid/status figures
  if ! figures=$(curl -fsS -m 10 "$http/metrics"); then
    problem "minute $1: /metrics does not answer"
    figures=
  fi
  printf '%s %s %s %s %s %s %s\n' "$1" "$(awk '/^RssAnon/ {print $2}' "$status")" "$(awk '/^Threads/ {print $2}' "$status")" \
    "$(find "/proc/$gateway_pid/fd" -mindepth 1 | wc -l)" \
    "$(awk '/^mediagateway_memory_buffers{/ {sum += $2} END {print sum + 0}' <<<"$figures")" \
    "$(awk '/^mediagateway_frames_dropped_total{/ {sum += $2} END {print sum + 0}' <<<"$figures")" "$2" | tee -a "$samples"
  curl -fsS -m 10 -o /dev/null "$http/healthz" || problem "minute $1: /healthz does not answer 200"
  curl -fsS -m 10 -o /dev/null "$http/readyz" || problem "minute $1: /readyz does not answer 200"
}

# slope FIELD: least squares over the samples after the first third, in units per minute.
slope() {
  awk -v field="$1" -v from=$((minutes / 3)) '$1 > from || NR == 1 && from == 0 {
    n++; x += $1; y += $field; xx += $1 * $1; xy += $1 * $field
  } END { d = n * xx - x * x; print (n < 2 || d == 0) ? 0 : (n * xy - x * y) / d }' "$samples"
}

start_hook
start_gateway Hooks__Style=wcs Hooks__Url="http://127.0.0.1:$((port + 3))/app" Hooks__Timeout=00:00:02 Rtmp__MaximumIdleConnectionsPerAddress=5000
: >"$samples"
: >"$folder/hls"

seconds=$((minutes * 60 + 30))
dotnet "$gateway" load publish "$rtmp/load{n}" --sessions 3 --rate 1000 --seconds $((seconds + 30)) >"$folder/publish.json" 2>"$folder/publish.log" &
children+=($!)
start_publisher
for _ in $(seq 60); do
  [ "$(curl -sS -m 5 "$http/metrics" | awk '/^mediagateway_streams_active / {print $2}')" = 4 ] && break
  sleep 1
done
dotnet "$gateway" load play "$rtmp/load{n}" --streams 3 --sessions "$viewers" --seconds $((minutes * 60)) >"$folder/play.json" 2>"$folder/play.log" &
steady=$!
ffmpeg -nostdin -v error -i "$rtmp/film" -c copy -f null - >/dev/null 2>>"$folder/puller.log" &
puller=$!
curl -sS -N -o /dev/null "$http/live/load1.flv" 2>>"$folder/flv.log" &
flv=$!
read_hls &
hls=$!
children+=("$steady" "$puller" "$flv" "$hls")

echo "minute RssAnon(KiB) threads files buffers dropped fault"
sleep 5
sample 0 none
begun=$SECONDS
for minute in $(seq "$minutes"); do
  fault=${faults[$(((minute - 1) % ${#faults[@]}))]}
  read_before=$(wc -l <"$folder/hls")
  "fault_$fault" || true
  rest=$((begun + minute * 60 - SECONDS))
  if [ "$rest" -gt 0 ]; then sleep "$rest"; fi
  sample "$minute" "$fault"
  kill -0 "$gateway_pid" 2>/dev/null || { problem "minute $minute: the gateway is gone"; break; }
  kill -0 "$puller" 2>/dev/null || { problem "minute $minute: the player of the film has ended"; puller=$$; }
  kill -0 "$flv" 2>/dev/null || { problem "minute $minute: the viewer over HTTP has ended"; flv=$$; }
  [ "$(wc -l <"$folder/hls")" -gt "$read_before" ] || problem "minute $minute: HLS stood still"
done

# The steady viewers report when their time is over.
for _ in $(seq 60); do
  kill -0 "$steady" 2>/dev/null || break
  sleep 1
done
playing=$(awk -F'[:,]' '/"playing"/ {print $2 + 0}' "$folder/play.json")
missed=$(awk -F'[:,]' '/"missed"/ {print $2 + 0}' "$folder/play.json")
[ "${playing:-0}" = "$viewers" ] || { problem "${playing:-none} of $viewers steady viewers play at the end"; cat "$folder/play.log" >&2; }

errors=$(grep -c -E '^(fail|crit): |Unhandled exception' "$folder/gateway.log" || true)
if [ "$errors" -gt 0 ]; then
  problem "$errors errors in the log"
  grep -E -A 5 '^(fail|crit): |Unhandled exception' "$folder/gateway.log" | head -n 40 >&2
fi

memory=$(slope 2)
if [ "$minutes" -ge 10 ] && awk -v slope="$memory" -v most="$most_growth" 'BEGIN {exit !(slope > most)}'; then
  problem "memory grows by $memory KiB a minute"
fi
for field in 3:threads 4:files; do
  grown=$(awk -v field="${field%%:*}" 'NR == 2 {first = $field} END {print $field - first}' "$samples")
  # The crowd's own connections may still be closing.
  if [ "$minutes" -ge 3 ] && [ "$grown" -gt 30 ]; then problem "$grown more ${field##*:} at the end than after the first minute"; fi
done

echo "memory slope $memory KiB/min, steady viewers ${playing:-0}/$viewers, pictures missed ${missed:-?}, HLS segments read $(wc -l <"$folder/hls"), errors $errors," \
  "load $(cut -d' ' -f1 /proc/loadavg)"
if [ ${#problems[@]} -eq 0 ]; then
  echo "PASS: $minutes minutes, $minutes faults"
else
  echo "FAIL: ${#problems[@]} problems"
  exit 1
fi
