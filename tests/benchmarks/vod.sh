#!/usr/bin/env bash
# What viewers of one file over RTMP cost: processor time per viewer and second, and memory, before and while they play.
# Usage: tests/benchmarks/vod.sh [VIEWERS] [SECONDS]   (default 300 for 20 s)
# Needs ffmpeg and the .NET SDK. Ports are those of FIRST_PORT (default 18600) and the two above. The viewers are those of
# `load play`. CLIP is a file of 720p to play in place of one that is made, longer than the run and 30 s.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
viewers=${1:-300}
seconds=${2:-20}
port=${FIRST_PORT:-18600}
# shellcheck source=tests/benchmarks/gateway.sh
. tests/benchmarks/gateway.sh

mkdir "$folder/media"
if [ -n "${CLIP:-}" ]; then
  cp "$CLIP" "$folder/media/clip.mp4"
else
  ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=1280x720:rate=30,noise=alls=8:allf=t" -f lavfi -i "sine=frequency=440:sample_rate=48000" \
    -t $((seconds + 30)) -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 60 -b:v 2500k -maxrate 2500k -bufsize 2500k -c:a aac -b:a 128k -ac 2 \
    -movflags +faststart "$folder/media/clip.mp4"
fi

start_gateway Vod__Root="$folder/media" Rtmp__MaximumIdleConnectionsPerAddress=5000
dotnet "$gateway" load play "rtmp://127.0.0.1:$((port + 1))/vod/mp4:clip.mp4" --sessions "$viewers" --seconds "$seconds" --warm-up 5 \
  --process "$gateway_pid" &
players=$!
sleep $((viewers / 100 + 5 + seconds / 2))
files=$(find "/proc/$gateway_pid/fd" -lname "*/clip.mp4" | wc -l)
wait "$players"
echo "load $(cut -d' ' -f1 /proc/loadavg); clip of $(stat -c %s "$folder/media/clip.mp4") bytes, open $files times"
