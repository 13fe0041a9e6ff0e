#!/usr/bin/env bash
# A mixed load for MINUTES (default 30) with a fault every minute, in turn; after each what the gateway holds; at the end everybody leaves, and the
# gateway must hold what it held before the first came. The last line is PASS or FAIL.
# Usage: tests/soak.sh [MINUTES]            with faults
#        tests/soak.sh --steady [MINUTES]   plain load, no faults (default 10): collections of the oldest generation, allocation, memory
# Ports are FIRST_PORT (default 18700) and the six above. SAMPLES is a file that keeps the samples; FAULTS are the faults to take, in that order.
# Needs ffmpeg, curl, node, python3 and the .NET SDK. Everything that it starts ends with it. docs/operations.md tells what is judged.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
steady=
if [ "${1:-}" = --steady ]; then
  steady=yes
  shift
fi
minutes=${1:-$([ -n "$steady" ] && echo 10 || echo 30)}
case $minutes in '' | *[!0-9]* | 0) echo "usage: tests/soak.sh [--steady] [MINUTES]" >&2; exit 2 ;; esac
port=${FIRST_PORT:-18700}
# shellcheck source=tests/benchmarks/gateway.sh
. tests/benchmarks/gateway.sh

warm_up=$([ -n "$steady" ] && echo 60 || echo 0) # seconds before anything is counted
viewers=${VIEWERS:-60}
browsers=${BROWSERS:-2}
most_growth=${MOST_GROWTH:-512} # KiB a minute: 30 MiB in an hour would be a leak that matters
patience=${PATIENCE:-150}       # seconds that the gateway has to give everything back
http=http://127.0.0.1:$port
rtmp=rtmp://127.0.0.1:$((port + 1))/live
samples=${SAMPLES:-$folder/samples}
children=()
problems=()
publisher=
target=
hook=

# end_child PID: kills it and takes note, so that nothing that the script has started outlives it.
end_child() {
  if [ -n "$1" ]; then
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
  fi
}

end_clients() {
  local child
  for child in "${children[@]}" "$publisher" "$target"; do end_child "$child"; done
  children=()
  publisher=
  target=
}

finish_soak() {
  end_clients
  end_child "$hook"
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

# Another gateway, to which a stream is pushed.
start_target() {
  (
    cd "$(dirname "$gateway")"
    exec env Http__BindAddress=127.0.0.1 Rtmp__BindAddress=127.0.0.1 WebRtc__BindAddress=127.0.0.1 Http__Port=$((port + 4)) Rtmp__Port=$((port + 5)) \
      WebRtc__Port=$((port + 6)) Http__TlsEnabled=false Rtmp__TlsEnabled=false Tls__DataFolder="$folder/target" dotnet MediaGateway.dll >"$folder/target.log" 2>&1
  ) &
  target=$!
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

# A viewer over HTTP: comes again when the stream has ended.
read_flv() {
  while true; do
    curl -sS -N "$http/live/film.flv" 2>>"$folder/flv.log" | while read -r -N 65536 _; do echo; done >>"$folder/flv" 2>/dev/null || true
    sleep 1
  done
}

# Faults. Each leaves nothing behind after some 40 s.
fault_publisher_killed() {
  end_child "$publisher"
  sleep 2
  start_publisher
}

fault_viewers_stop_reading() {
  dotnet "$gateway" load play "$rtmp/load1" --sessions 10 --seconds 300 >/dev/null 2>&1 &
  local stopped=$!
  children+=("$stopped")
  sleep 8
  kill -STOP "$stopped" && sleep 20
  end_child "$stopped"
}

fault_browsers_vanish() {
  dotnet "$gateway" load whip "$http/whip/gone{n}" --sessions 4 --rate 500 --seconds 300 >/dev/null 2>&1 &
  local gone=$!
  children+=("$gone")
  sleep 10
  kill -STOP "$gone" && sleep 5
  end_child "$gone"
}

fault_garbage() {
  local index
  for index in $(seq 100); do
    for target_port in tcp/127.0.0.1/"$port" tcp/127.0.0.1/$((port + 1)) tcp/127.0.0.1/$((port + 2)) udp/127.0.0.1/$((port + 2)); do
      (head -c $((index * 13)) /dev/urandom >"/dev/$target_port") 2>/dev/null || true
    done
  done
}

# Datagrams that look like STUN, DTLS and RTP from a thousand sockets, for ten seconds, as fast as one core makes them.
fault_flood() {
  timeout -s KILL 20 node -e '
    const dgram = require("dgram"), end = Date.now() + 10000;
    const sockets = Array.from({ length: 200 }, () => dgram.createSocket("udp4"));
    const heads = [[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42], [22, 254, 253, 0, 0, 0, 0, 0], [0x80, 96, 0, 1, 0, 0, 0, 1]];
    function round() {
      if (Date.now() > end) process.exit(0);
      for (const [index, socket] of sockets.entries()) socket.send(Buffer.concat([Buffer.from(heads[index % 3]), Buffer.alloc(100, index)]), Number(process.argv[1]), "127.0.0.1", () => {});
      setImmediate(round);
    }
    round();' "$((port + 2))" || true
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
  end_child "$thief"
  # Whoever the settings let have the name: the steady publisher is to be there again.
  if ! kill -0 "$publisher" 2>/dev/null; then start_publisher; fi
}

fault_push_target_hangs_then_is_gone() {
  kill -STOP "$target" 2>/dev/null || true
  sleep 15
  end_child "$target"
  sleep 5
  start_target
}

fault_hook_hangs_then_is_gone() {
  kill -STOP "$hook"
  timeout -s KILL 10 ffmpeg -nostdin -v quiet -i "$rtmp/film" -t 1 -f null - </dev/null || true
  end_child "$hook"
  timeout -s KILL 5 ffmpeg -nostdin -v quiet -i "$rtmp/film" -t 1 -f null - </dev/null || true
  start_hook
}

fault_crowd_comes_and_goes() {
  timeout -s KILL 40 dotnet "$gateway" load play "$rtmp/load{n}" --streams 3 --sessions 150 --seconds 8 >/dev/null 2>&1 || true
}

if [ -n "$steady" ]; then
  faults=(none)
else
  read -r -a faults <<<"${FAULTS:-publisher_killed viewers_stop_reading browsers_vanish garbage flood slow_loris name_taken push_target_hangs_then_is_gone hook_hangs_then_is_gone crowd_comes_and_goes}"
fi

fault_none() { :; }

figures() { curl -fsS -m 10 "$http/metrics"; }

# sum NAME [LABEL]: the sum of a metric's series in the standard input.
sum() { awk -v name="$1" -v label="${2:-}" '$1 ~ "^" name "([{]|$)" && (label == "" || index($1, label)) {sum += $2} END {printf "%.0f\n", sum}'; }

# held: what sessions hold and is not zero, one name and number a line. Timers that repeat are the housekeeping's, which begins them when it likes.
held() {
  figures | awk '/^mediagateway_(resources|memory_buffers|sessions_active|streams_active|subscribers_active)([{]| )/ && !/periodic_timer/ && $2 != 0 {
    name = $1; sub(/^mediagateway_/, "", name); print name, $2 }' | sort
}

# open_files: without the program's own libraries, which .NET opens when they are first needed and keeps.
open_files() { find "/proc/$gateway_pid/fd" -mindepth 1 ! -lname '*.dll' | wc -l; }

# sample MINUTE FAULT: one line: minute, KiB of its own, threads, files, sessions, buffers in use, frames dropped, collections of the oldest generation, KiB allocated
# in a second since the last sample, fault.
allocated_before=
sampled_before=
sample() {
  local status=/proc/$gateway_pid/status now allocated rate=0 text
  if ! text=$(figures); then
    problem "minute $1: /metrics does not answer"
    text=
  fi
  now=$(date +%s%N)
  allocated=$(sum dotnet_gc_heap_total_allocated_bytes_total <<<"$text")
  if [ -n "$allocated_before" ]; then
    rate=$(awk -v a="$allocated_before" -v b="$allocated" -v t="$(((now - sampled_before) / 1000000))" 'BEGIN {printf "%.0f", (b - a) / 1.024 / t}')
  fi
  allocated_before=$allocated
  sampled_before=$now
  printf '%s %s %s %s %s %s %s %s %s %s\n' "$1" "$(awk '/^RssAnon/ {print $2}' "$status")" "$(awk '/^Threads/ {print $2}' "$status")" \
    "$(open_files)" "$(sum mediagateway_sessions_active <<<"$text")" "$(sum mediagateway_memory_buffers <<<"$text")" \
    "$(sum mediagateway_frames_dropped_total <<<"$text")" "$(sum dotnet_gc_collections_total gen2 <<<"$text")" "$rate" "$2" | tee -a "$samples"
  curl -fsS -m 10 -o /dev/null "$http/healthz" || problem "minute $1: /healthz does not answer 200"
  curl -fsS -m 10 -o /dev/null "$http/readyz" || problem "minute $1: /readyz does not answer 200"
}

# slope FIELD: least squares over the samples after the first third, in units per minute.
slope() {
  awk -v field="$1" -v from=$((minutes / 3)) '$1 > from || NR == 1 && from == 0 {
    n++; x += $1; y += $field; xx += $1 * $1; xy += $1 * $field
  } END { d = n * xx - x * x; print (n < 2 || d == 0) ? 0 : (n * xy - x * y) / d }' "$samples"
}

# in_use: KiB of memory that are in use after a full collection: all of its own, less what .NET keeps without an object in it. What has grown old and is garbage by now
# is not in it: .NET collects that when there is as much of it as of what lives.
in_use() {
  local text
  python3 tests/benchmarks/collect.py "$gateway_pid"
  text=$(figures)
  awk -v all="$(awk '/^RssAnon/ {print $2}' "/proc/$gateway_pid/status")" -v kept="$(sum dotnet_gc_last_collection_memory_committed_size_bytes <<<"$text")" \
    -v heap="$(sum dotnet_gc_last_collection_heap_size_bytes <<<"$text")" 'BEGIN {printf "%.0f\n", all - (kept - heap) / 1024}'
}

# lines FILE: how many lines it has.
lines() { wc -l <"$1"; }

settings=(Rtmp__MaximumIdleConnectionsPerAddress=5000)
if [ -z "$steady" ]; then
  start_hook
  settings+=(Hooks__Style=wcs Hooks__Url="http://127.0.0.1:$((port + 3))/app" Hooks__Timeout=00:00:02 Push__AllowPrivateAddresses=true Recording__Root="$folder/recordings")
fi
start_gateway "${settings[@]}"
: >"$samples"
: >"$folder/hls"
: >"$folder/flv"
sleep 2
held >"$folder/held-before"
files_before=$(open_files)

seconds=$((minutes * 60 + 90))
dotnet "$gateway" load publish "$rtmp/load{n}" --sessions 3 --rate 1000 --seconds "$seconds" >"$folder/publish.json" 2>"$folder/publish.log" &
children+=($!)
dotnet "$gateway" load whip "$http/whip/browser{n}" --sessions "$browsers" --rate 1000 --seconds "$seconds" >"$folder/whip.json" 2>"$folder/whip.log" &
children+=($!)
expected=$((3 + browsers))
if [ -z "$steady" ]; then
  start_publisher
  start_target
  expected=$((expected + 1))
fi
for _ in $(seq 90); do
  [ "$(figures | sum mediagateway_streams_active)" = "$expected" ] && break
  sleep 1
done
[ "$(figures | sum mediagateway_streams_active)" = "$expected" ] || problem "there are not $expected streams"
dotnet "$gateway" load play "$rtmp/load{n}" --streams 3 --sessions "$viewers" --seconds $((minutes * 60 + warm_up + 20)) >"$folder/play.json" 2>"$folder/play.log" &
players=$!
dotnet "$gateway" load play "$rtmp/browser{n}" --streams "$browsers" --sessions $((browsers * 2)) --seconds $((minutes * 60 + warm_up + 20)) >"$folder/others.json" 2>"$folder/others.log" &
others=$!
children+=("$players" "$others")
if [ -z "$steady" ]; then
  ffmpeg -nostdin -v error -i "$rtmp/film" -c copy -f null - >/dev/null 2>>"$folder/puller.log" &
  puller=$!
  # Opus is not for it: a bridge makes AAC of the browser's sound all the time.
  ffmpeg -nostdin -v error -i "$rtmp/browser1" -vn -c copy -f null - >/dev/null 2>>"$folder/listener.log" &
  listener=$!
  children+=("$listener")
  read_flv &
  children+=("$puller" $!)
  read_hls &
  children+=($!)
  curl -fsS -m 10 -o /dev/null -X POST -H 'Content-Type: application/json' -d "{\"stream\":\"live/load1\",\"url\":\"rtmp://127.0.0.1:$((port + 5))/live/copy\"}" "$http/api/v1/pushes" \
    || problem "no push could be begun"
  curl -fsS -m 10 -o /dev/null -X POST "$http/api/v1/streams/live/load2/recording" || problem "no recording could be begun"
fi

if [ -n "$steady" ]; then
  # What sessions keep is old by then, and .NET collects its oldest generation once for it, within minutes. Asked for at once it is not in the figures.
  sleep "$warm_up"
  used_before=$(in_use)
  used_from=0
fi

echo "minute RssAnon(KiB) threads files sessions buffers dropped gen2 allocated(KiB/s) fault"
sleep 10
sample 0 none
[ -n "$steady" ] || used_from=$(((minutes + 2) / 3))
begun=$SECONDS
taken=0
for minute in $(seq "$minutes"); do
  fault=${faults[$(((minute - 1) % ${#faults[@]}))]}
  hls_before=$(lines "$folder/hls")
  flv_before=$(lines "$folder/flv")
  "fault_$fault" || true
  [ "$fault" = none ] || taken=$((taken + 1))
  rest=$((begun + minute * 60 - SECONDS))
  if [ "$rest" -gt 0 ]; then sleep "$rest"; fi
  kill -0 "$gateway_pid" 2>/dev/null || { problem "minute $minute: the gateway is gone"; break; }
  sample "$minute" "$fault"
  if [ -z "$steady" ] && [ "$minute" = "$used_from" ]; then used_before=$(in_use); fi
  if [ -z "$steady" ]; then
    kill -0 "$puller" 2>/dev/null || { problem "minute $minute: the player of the film has ended"; puller=$$; }
    kill -0 "$listener" 2>/dev/null || { problem "minute $minute: the listener to a browser has ended"; listener=$$; }
    [ "$(figures | awk '/^mediagateway_resources\{kind="audio_bridge"\}/ {print $2}')" -gt 0 ] || problem "minute $minute: no sound is converted"
    [ "$(lines "$folder/hls")" -gt "$hls_before" ] || problem "minute $minute: HLS stood still"
    [ "$(lines "$folder/flv")" -gt "$flv_before" ] || problem "minute $minute: FLV over HTTP stood still"
    [ "$(figures | awk '/^mediagateway_resources\{kind="recording"\}/ {print $2}')" = 1 ] || problem "minute $minute: the recording has ended"
    [ "$(figures | awk '/^mediagateway_resources\{kind="push"\}/ {print $2}')" = 1 ] || problem "minute $minute: the push has ended"
  fi
done

used_after=$(in_use)
# The steady viewers report when their time is over.
for _ in $(seq 60); do
  kill -0 "$players" 2>/dev/null || kill -0 "$others" 2>/dev/null || break
  sleep 1
done
# played FILE: how many play at its end.
played() { awk -F'[:,]' '/"playing"/ {found = $2 + 0} END {print found + 0}' "$1"; }
missed=$(cat "$folder/play.json" "$folder/others.json" | awk -F'[:,]' '/"missed"/ {sum += $2} END {print sum + 0}')
playing=$(($(played "$folder/play.json") + $(played "$folder/others.json")))
all=$((viewers + browsers * 2))
[ "$playing" = "$all" ] || { problem "$playing of $all steady viewers play at the end"; cat "$folder/play.log" "$folder/others.log" >&2; }
if [ -z "$steady" ]; then
  [ "$(find "$folder/recordings" -name '*.mp4' -size +1M 2>/dev/null | wc -l)" -gt 0 ] || [ "$minutes" -lt 2 ] || problem "nothing was recorded"
  sent=$(curl -fsS -m 10 "$http/api/v1/pushes" | grep -o '"bytes":[0-9]*' | head -n 1 | cut -d: -f2) || true
  [ "${sent:-0}" -gt 1000000 ] || problem "nothing was pushed"
  while read -r id; do curl -fsS -m 10 -o /dev/null -X DELETE "$http/api/v1/pushes/$id" || true; done < <(curl -fsS -m 10 "$http/api/v1/pushes" | grep -o '"id":"[^"]*"' | cut -d'"' -f4)
fi

# Everybody leaves, and nothing may stay: one session for each fault that is not given back would show here.
end_clients
for _ in $(seq "$patience"); do
  held >"$folder/held-after" || true
  cmp -s "$folder/held-before" "$folder/held-after" && break
  sleep 1
done
if ! cmp -s "$folder/held-before" "$folder/held-after"; then
  problem "not given back within $patience s of the last client's end: $(join -a 1 -a 2 -e 0 -o 0,1.2,2.2 "$folder/held-before" "$folder/held-after" | awk '$2 != $3 {printf "%s%s %s -> %s", n++ ? ", " : "", $1, $2, $3}')"
fi
files=$(open_files)
[ "$files" -le $((files_before + 10)) ] || problem "$files open files at the end, $files_before before"

errors=$(grep -c -E '^(fail|crit): |Unhandled exception' "$folder/gateway.log" || true)
if [ "$errors" -gt 0 ]; then
  problem "$errors errors in the log"
  grep -E -A 5 '^(fail|crit): |Unhandled exception' "$folder/gateway.log" | head -n 40 >&2
fi

growth=$((minutes > used_from ? (used_after - used_before) / (minutes - used_from) : 0))
if [ "$minutes" -ge 10 ] && [ "$growth" -gt "$most_growth" ]; then problem "memory in use grows by $growth KiB a minute"; fi
# From the first minute on: what starts has been made by then.
oldest=$(awk 'NR == 2 {first = $8} END {print $8 - first}' "$samples")
allocation=$(awk 'NR > 2 {sum += $9; n++} END {printf "%.0f", n ? sum / n : 0}' "$samples")
if [ -n "$steady" ] && [ "$oldest" -gt 0 ]; then problem "$oldest collections of the oldest generation after the first minute"; fi
threads=$(awk 'NR == 2 {first = $3} END {print $3 - first}' "$samples")
if [ "$minutes" -ge 3 ] && [ "$threads" -gt 30 ]; then problem "$threads more threads at the end than after the first minute"; fi

# The gateway itself ends within ten seconds.
kill -TERM "$gateway_pid"
for _ in $(seq 100); do
  kill -0 "$gateway_pid" 2>/dev/null || break
  sleep 0.1
done
if kill -0 "$gateway_pid" 2>/dev/null; then
  problem "SIGTERM did not end the gateway within 10 s; its last words:"
  tail -n 20 "$folder/gateway.log" >&2
fi

echo "memory in use $used_before KiB after minute $used_from, $used_after at the end, $growth KiB/min; RssAnon $(slope 2) KiB/min, gen-2 collections after the first minute $oldest, allocated $allocation KiB/s, steady viewers $playing/$all, pictures missed $missed," \
  "HLS segments read $(lines "$folder/hls"), errors $errors, load $(cut -d' ' -f1 /proc/loadavg)"
if [ ${#problems[@]} -eq 0 ]; then
  echo "PASS: $minutes minutes, $taken faults"
else
  echo "FAIL: ${#problems[@]} problems"
  exit 1
fi
