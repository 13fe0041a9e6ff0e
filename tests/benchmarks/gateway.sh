# Sourced by the benchmarks: a gateway of their own, on loopback, which ends with them. Sets folder (for what they make), gateway_pid and port (the
# first of three: HTTP, RTMP, WebRTC; FIRST_PORT, or what the caller has set).
# shellcheck source=.ci/setup.sh
. .ci/setup.sh
[ -n "${IN_NAMESPACE:-}" ] || publish_gateway
folder=$(mktemp -d)
gateway_pid=
finish() {
  if [ -n "$gateway_pid" ]; then kill "$gateway_pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

# start_gateway SETTING=VALUE...: returns when it runs.
start_gateway() {
  touch "$folder/gateway.log"
  (
    cd "$(dirname "$gateway")"
    exec env Http__BindAddress=127.0.0.1 Rtmp__BindAddress=127.0.0.1 WebRtc__BindAddress=127.0.0.1 \
      Http__Port="$port" Rtmp__Port=$((port + 1)) WebRtc__Port=$((port + 2)) Http__TlsEnabled=false Rtmp__TlsEnabled=false \
      Tls__DataFolder="$folder/data" "$@" dotnet MediaGateway.dll >"$folder/gateway.log" 2>&1
  ) &
  gateway_pid=$!
  for _ in $(seq 300); do
    if grep -q "is running" "$folder/gateway.log"; then return; fi
    sleep 0.2
  done
  cat "$folder/gateway.log" >&2
  return 1
}
