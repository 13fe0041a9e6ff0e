# shellcheck shell=bash
# Sourced by benchmarks, first, with the repository as the working directory and the arguments of the script: goes on with the script in a network namespace
# of its own, where loopback is up and congestion control is cubic, with as many open files as there may be. As root; needs iproute2.
if [ -z "${IN_NAMESPACE:-}" ]; then
  # shellcheck source=.ci/setup.sh
  . .ci/setup.sh
  publish_gateway # It may need the network, which is not in there.
  IN_NAMESPACE=1 exec unshare --net "tests/benchmarks/$(basename "$0")" "$@"
fi
ip link set lo up
if ! sysctl -qw net.ipv4.tcp_congestion_control=cubic 2>/dev/null; then
  ip route replace local 127.0.0.0/8 dev lo table local congctl cubic
fi
ulimit -n "$(ulimit -Hn)"
