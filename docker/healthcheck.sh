#!/bin/bash
# Asks the gateway on this machine for /readyz; succeeds when it answers 200: started, not shutting down, no thread that stands still. Needs nothing but bash.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${Http__Port:-8080}"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 3 _ status _ <&3
[ "$status" = 200 ]
