#!/usr/bin/env bash
# What viewers of one file over RTMP cost: processor time per viewer and second, and memory, before and while they play.
# Usage: tests/benchmarks/vod.sh [VIEWERS] [SECONDS]   (default 300 for 20 s)
# Needs ffmpeg, python3 and a Release build of src/MediaGateway. Ports are those of FIRST_PORT (default 18600) and the two above. The viewers take what
# they get and throw it away (tests/benchmarks/viewers.py). CLIP is a file of 720p to play in place of one that is made, longer than the run and 30 s.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
viewers=${1:-300}
seconds=${2:-20}
gateway=src/MediaGateway/bin/Release/net10.0/MediaGateway.dll
[ -e "$gateway" ] || dotnet build src/MediaGateway -c Release -v q
port=${FIRST_PORT:-18600}
folder=$(mktemp -d)
gateway_pid=
finish() {
  if [ -n "$gateway_pid" ]; then kill "$gateway_pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT
mkdir "$folder/root"
touch "$folder/gateway.log"
if [ -n "${CLIP:-}" ]; then
  cp "$CLIP" "$folder/root/clip.mp4"
else
  ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=1280x720:rate=30,noise=alls=8:allf=t" -f lavfi -i "sine=frequency=440:sample_rate=48000" \
    -t $((seconds + 30)) -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 60 -b:v 2500k -maxrate 2500k -bufsize 2500k -c:a aac -b:a 128k -ac 2 \
    -movflags +faststart "$folder/root/clip.mp4"
fi

(
  cd "$(dirname "$gateway")"
  exec env Http__BindAddress=127.0.0.1 Rtmp__BindAddress=127.0.0.1 WebRtc__BindAddress=127.0.0.1 Http__Port="$port" Rtmp__Port=$((port + 1)) WebRtc__Port=$((port + 2)) \
    Http__TlsEnabled=false Rtmp__TlsEnabled=false Tls__DataFolder="$folder/data" Vod__Root="$folder/root" \
    Rtmp__MaximumIdleConnectionsPerAddress=5000 \
    dotnet MediaGateway.dll >"$folder/gateway.log" 2>&1
) &
gateway_pid=$!
for _ in $(seq 300); do
  if grep -q "is running" "$folder/gateway.log"; then break; fi
  sleep 0.2
done

# Processor time of the gateway so far, in clock ticks, and its own memory in kB.
ticks() { awk '{ print $14 + $15 }' "/proc/$gateway_pid/stat"; }
memory() { awk '/RssAnon/ { print $2 }' "/proc/$gateway_pid/status"; }
before=$(memory)
python3 tests/benchmarks/viewers.py $((port + 1)) vod mp4:clip.mp4 "$viewers" "$seconds" >"$folder/viewers.log" &
players=$!
until grep -q playing "$folder/viewers.log"; do
  kill -0 "$players"
  sleep 0.1
done
from=$(ticks)
sleep $((seconds / 2))
during=$(memory)
files=$(find "/proc/$gateway_pid/fd" -lname "*/clip.mp4" | wc -l)
wait "$players"
to=$(ticks)
end=$(memory)
echo "load $(cut -d' ' -f1 /proc/loadavg); clip of $(stat -c %s "$folder/root/clip.mp4") bytes; viewers: $(tail -1 "$folder/viewers.log")"
awk -v ticks=$((to - from)) -v per_second="$(getconf CLK_TCK)" -v viewers="$viewers" -v seconds="$seconds" -v before="$before" -v during="$during" -v end="$end" -v files="$files" 'BEGIN {
  cpu = ticks / per_second
  printf "gateway: %.2f s of CPU, %.3f ms per viewer and second (%.2f cores for all); RssAnon %.1f MB before, %.1f and %.1f MB while they play: %.0f kB per viewer; the file is open %d times\n",
    cpu, cpu * 1000 / viewers / seconds, cpu / seconds, before / 1024, during / 1024, end / 1024, (end - before) / viewers, files
}'
