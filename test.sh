#!/usr/bin/env bash
# Sets up what the tests need and runs them all: .NET unit and integration, code format, the page's unit tests and build,
# end-to-end with a real browser, ffmpeg, VLC, GStreamer and Pion. The last line is "N passed, N failed[, N skipped]".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=.ci/setup.sh
. .ci/setup.sh

usage() {
  cat <<'TEXT'
Usage: ./test.sh [--quick | --full]
  (nothing)  every test but the long ones; about a quarter of an hour on two cores after the first run
  --quick    without the end-to-end tests: no browser, player or media tool is needed
  --full     also the long tests: repeated end-to-end runs, long fuzzing, the deployment image; up to an hour
MEDIAGATEWAY_TESTDATA may name a folder of media captures for the parsers; tests that need it are skipped without it.
MEDIAGATEWAY_FUZZ_SECONDS is how long each target of docs/fuzzing.md runs: 5, with --full 30.
TEXT
}

end_to_end=yes
case "${1:-}" in
  '') ;;
  --quick) end_to_end=no ;;
  --full) export MEDIAGATEWAY_TEST_FULL=1 MEDIAGATEWAY_FUZZ_SECONDS=${MEDIAGATEWAY_FUZZ_SECONDS:-30} ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
[ $# -le 1 ] || { usage >&2; exit 2; }

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0 skipped=0
summary=() failures=()

# add_result WHAT PASSED FAILED SKIPPED
add_result() {
  passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
  summary+=("$(printf '%-34s %5d passed %4d failed %4d skipped' "$1" "$2" "$3" "$4")")
}

# check WHAT COMMAND...: one check that counts as one test.
check() {
  local what=$1
  shift
  say "== $what"
  if "$@"; then
    add_result "$what" 1 0 0
  else
    add_result "$what" 0 1 0
    return 1
  fi
}

attribute() { sed -n "s/.*<assembly [^>]*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

# start_assembly WHAT PROJECT CONFIGURATION SECONDS [ARGUMENT...]: runs one built test assembly; its exit status goes to a file.
start_assembly() {
  local what=$1 project=$2 configuration=$3 seconds=$4 status=0
  shift 4
  say "== $what"
  timeout --kill-after=30 "$seconds" dotnet "tests/$project/bin/$configuration/net10.0/$project.dll" \
    -noLogo -noColor -xml "$results/$what.xml" "$@" || status=$?
  echo "$status" >"$results/$what.status"
}

# add_assembly WHAT: adds the counts of an assembly that has run.
add_assembly() {
  local what=$1 report="$results/$1.xml" status ran=0 bad=0 left_out=0 errors=0
  status=$(cat "$results/$what.status" 2>/dev/null) || status=1
  if [ -s "$report" ]; then
    ran=$(attribute passed "$report") bad=$(attribute failed "$report")
    left_out=$(attribute skipped "$report") errors=$(attribute errors "$report")
  fi
  ran=${ran:-0} bad=$((${bad:-0} + ${errors:-0}))
  # A run that ended badly without naming a failed test (crash, time limit) is a failure too.
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add_result "$what" "$ran" "$bad" "${left_out:-0}"
  [ "$bad" -eq 0 ] || add_failures "$what" "$report"
}

# add_failures WHAT REPORT: keeps the names and first words of the failed tests for the end, where nobody has to look for them.
add_failures() {
  failures+=("$(node .ci/failures.mjs "$1" "$2" || printf '%s: its report cannot be read\n' "$1")")
}

run_assembly() {
  start_assembly "$@"
  add_assembly "$1"
}

# The longest beside all others, whose output comes in one piece; none of them measures time. Both halves take about as long: what the
# end-to-end tests need is built after the longest.
run_unit_tests() {
  local project projects=() pid built=yes
  for project in tests/*.Tests; do
    project=$(basename "$project")
    [ "$project" = MediaGateway.Tests ] || projects+=("$project")
  done
  for project in "${projects[@]}"; do
    start_assembly "$project" "$project" Debug 1500 "${left_out[@]}"
  done >"$results/others.log" 2>&1 &
  pid=$!
  run_assembly MediaGateway.Tests MediaGateway.Tests Debug 1500 "${left_out[@]}"
  if [ "$end_to_end" = yes ]; then
    # As a user runs it: Release. The analyzers have seen all of it already.
    check "Build for the end-to-end tests" dotnet build tests/MediaGateway.EndToEndTests -c Release -p:RunAnalyzers=false \
      -v quiet --nologo -clp:NoSummary || built=no
  fi
  check "Code format" check_format || true
  wait "$pid"
  cat "$results/others.log"
  for project in "${projects[@]}"; do
    add_assembly "$project"
  done
  [ "$built" = yes ]
}

# What the build does not see: white space, the order of usings, "this.". The other rules of dotnet format are errors of the build already,
# and asking it for them too takes minutes of processor time.
check_format() {
  dotnet format whitespace MediaGateway.sln --verify-no-changes --no-restore -v quiet || return 1
  if grep -rnE --include='*.cs' --exclude-dir=bin --exclude-dir=obj '\bthis\.[A-Za-z_]' src tests; then
    say "Members are named without \"this.\"."
    return 1
  fi
}

run_page_tests() {
  local report="$results/web.json" status=0 counts
  say "== Page: unit tests"
  (cd web && npm test --silent -- --reporter=default --reporter=json --outputFile.json="$report") || status=$?
  # shellcheck disable=SC2016 # the text between the quotes is JavaScript
  counts=$(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1]));
    console.log(r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests)' "$report" 2>/dev/null) || counts="0 0 0"
  local ran bad left_out
  read -r ran bad left_out <<<"$counts"
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add_result "Page: unit tests" "$ran" "$bad" "$left_out"
}

# What docker/Dockerfile builds, built without Docker, published to from a browser.
run_image_tests() {
  if [ "$(id -u)" -ne 0 ] || ! install_packages "Image" debootstrap; then
    say "The image is not tested: that needs root and debootstrap."
    add_result "Image" 0 0 1
    return
  fi
  local image="$results/image"
  check "Image: build" docker/root.sh "$image" || return 0
  MEDIAGATEWAY_PROGRAM="$image/start" run_assembly "Image: end-to-end" MediaGateway.EndToEndTests Release 1200 \
    -class '*.BrowserPublishingTests' -class '*.GatewayLifeTests'
}

# As install_packages, for packages that would start a service: the tests start their own nginx, on a port of their own.
install_without_starting() {
  local policy=/usr/sbin/policy-rc.d written=no status=0
  if [ ! -e "$policy" ] && as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy" 2>/dev/null; then
    written=yes
  fi
  install_packages "$@" || status=$?
  [ "$written" = no ] || as_root rm -f "$policy"
  return "$status"
}

install_test_tools() {
  local complete=0 chromium
  have chromium || have chromium-browser || have google-chrome || {
    chromium=$(choose_package chromium chromium-browser)
    install_packages "Browser" "$chromium" || complete=1
  }
  install_packages "Players" ffmpeg vlc-bin vlc-plugin-base rtmpdump mpv || complete=1
  install_packages "Encoder" obs-studio xvfb || complete=1
  install_without_starting "Servers" nginx libnginx-mod-rtmp coturn || complete=1
  install_packages "GStreamer" gstreamer1.0-tools python3-gi python3-gst-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-nice gstreamer1.0-plugins-base \
    gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav || complete=1
  install_packages "Pion" golang-go golang-github-pion-webrtc.v3-dev || complete=1
  [ "$complete" -eq 0 ] || say "Some tools are missing: the tests that need them are skipped (they fail when CI=true)."
}

# Prints the counts and ends the run; nothing passed is a failure too.
finish() {
  local line="$passed passed, $failed failed"
  [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
  say
  [ ${#failures[@]} -eq 0 ] || printf '%s\n' "Failed:" "${failures[@]}" ""
  printf '%s\n' "${summary[@]}"
  say "$line"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

require_dotnet
install_native_libraries
install_node
[ "$end_to_end" = no ] || install_test_tools

# The page first: the program lists its files when it is compiled.
check "Page: packages and build" build_page || finish
run_page_tests

check "Build" dotnet build MediaGateway.sln -c Debug -v quiet --nologo -clp:NoSummary || finish

# What takes too long for every run has this trait, also single cases: tests/MediaGateway.Testing/LongRun.cs.
left_out=(-trait- Run=full -preEnumerateTheories)
[ -z "${MEDIAGATEWAY_TEST_FULL:-}" ] || left_out=()
run_unit_tests || finish
[ "$end_to_end" = no ] || run_assembly "End-to-end" MediaGateway.EndToEndTests Release 5400 "${left_out[@]}"
[ -z "${MEDIAGATEWAY_TEST_FULL:-}" ] || run_image_tests
finish
