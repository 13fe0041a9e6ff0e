#!/usr/bin/env bash
# What the levels of a ladder cost and how they look, beside ffmpeg's own command line for the same ladder of the same pictures.
# Usage: tests/benchmarks/ladder.sh [CLIP]   (FLV with H.264 of 1280x720 and AAC; made when none is given)
# Needs ffmpeg and the .NET SDK. Ports are those of FIRST_PORT (default 18500) and the two above. RATE (default 1) is
# the speed at which the clip is published: on a busy machine less than 1 keeps pictures from being left out, and costs the same per picture.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
port=${FIRST_PORT:-18500}
# shellcheck source=tests/benchmarks/gateway.sh
. tests/benchmarks/gateway.sh

clip=${1:-$folder/clip.flv}
if [ $# -eq 0 ]; then
  ffmpeg -nostdin -v error -f lavfi -i "mandelbrot=size=1280x720:rate=30:end_scale=0.01:maxiter=400,noise=alls=4:allf=t" \
    -f lavfi -i "sine=frequency=440:sample_rate=48000" -t 20 -pix_fmt yuv420p -c:v libx264 -preset fast -bf 2 -g 60 -b:v 6M -maxrate 6M -bufsize 6M \
    -c:a aac -ac 2 -f flv "$clip"
fi

levels=(720p:1280x720:2500000 480p:854x480:1200000 360p:640x360:700000)

start_gateway Ladder__Default=standard Ladder__MaximumConvertedPixelsPerSecond=1000000000

# Processor time of the gateway so far, in clock ticks.
ticks() { awk '{ print $14 + $15 }' "/proc/$gateway_pid/stat"; }
per_second=$(getconf CLK_TCK)

# Publishes the clip once under the name $1, plays the streams that follow into files of their names; says how much processor time that took.
run() {
  local name=$1 before players=()
  shift
  before=$(ticks)
  ffmpeg -nostdin -v error -readrate "${RATE:-1}" -i "$clip" -c copy -f flv "rtmp://127.0.0.1:$((port + 1))/live/$name" &
  local publisher=$!
  sleep 1
  for stream in "$@"; do
    ffmpeg -nostdin -v error -y -copyts -i "rtmp://127.0.0.1:$((port + 1))/live/$stream" -c copy -copyts -f flv "$folder/$stream.flv" &
    players+=($!)
  done
  wait "$publisher" "${players[@]}"
  echo $(($(ticks) - before))
}

pictures() { ffprobe -v error -select_streams v -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$1"; }
rate() { ffprobe -v error -select_streams v -show_entries packet=size,pts_time -of csv=p=0 "$1" \
  | awk -F, '{ bytes += $2; if (NR == 1 || $1 < first) first = $1; if ($1 > last) last = $1 } END { printf "%.0f", bytes * 8 / (last - first) / 1000 }'; }
# PSNR and SSIM over all pictures against the source, scaled as both encoders scale it: FILE SIZE. FLV's stamps are rounded to milliseconds, the
# filters take the newest picture that is not later: so a little is added.
compare() {
  ffmpeg -nostdin -hide_banner -copyts -i "$1" -i "$folder/b.flv" -filter_complex "[1:v]scale=${2/x/:}:flags=bicubic,split[r][s];
    [0:v]setpts=PTS+0.005/TB,split[m][n];[m][r]psnr=shortest=1,nullsink;[n][s]ssim=shortest=1" -f null - 2>&1 \
    | sed -n 's/.*PSNR.*average:\([0-9.]*\).*/\1/p; s/.*SSIM.*All:\([0-9.]*\).*/\1/p' | tail -2 | sort -nr | tr '\n' ' '
}

passed=$(run a a)
converted=$(run b b b_720p b_480p b_360p)
seconds=$(awk "BEGIN { print $(pictures "$clip") / 30 }")
awk "BEGIN { printf \"gateway: %.3f s of processor time per second of the stream for the three levels (%.3f with, %.3f without)\n\", \
  ($converted - $passed) / $per_second / $seconds, $converted / $per_second / $seconds, $passed / $per_second / $seconds }"

common=(-c:v libx264 -preset superfast -tune zerolatency -profile:v high -bf 0 -threads 1 -force_key_frames source -g 3000 -sc_threshold 0 -copyts)
command=(ffmpeg -nostdin -v error -y -threads 1 -copyts -i "$folder/b.flv" -filter_complex_threads 1
  -filter_complex "[0:v]split=3[a][b0][c0];[b0]scale=854:480:flags=bicubic[b];[c0]scale=640:360:flags=bicubic[c]")
for index in 0 1 2; do
  IFS=: read -r name size bits <<<"${levels[$index]}"
  pad=(a b c)
  command+=(-map "[${pad[$index]}]" -map 0:a -c:a copy "${common[@]}" -b:v "$bits" -maxrate "$bits" -bufsize "$bits" -f flv "$folder/ffmpeg_$name.flv")
done
TIMEFORMAT="%U %S"
if ! spent=$({ time "${command[@]}" 2>"$folder/errors"; } 2>&1); then
  cat "$folder/errors" >&2
  exit 1
fi
whole=$(awk "BEGIN { print $(pictures "$folder/b.flv") / 30 }")
awk "BEGIN { split(\"$spent\", part, \" \"); printf \"ffmpeg: %.3f s of processor time per second of the stream\n\", (part[1] + part[2]) / $whole }"

printf '%-6s %-8s %10s %10s  %s\n' level by pictures kbit/s "PSNR, SSIM"
for level in "${levels[@]}"; do
  IFS=: read -r name size _ <<<"$level"
  for by in b ffmpeg; do
    file=$folder/${by}_$name.flv
    printf '%-6s %-8s %10s %10s  %s\n' "$name" "${by/#b/gateway}" "$(pictures "$file")" "$(rate "$file")" "$(compare "$file" "$size")"
  done
done
