#!/usr/bin/env bash
# Sets up what is missing, builds the gateway with its page and starts it in the foreground.
# Arguments are passed on to the gateway; settings can also come from the environment, e.g. Http__Port=8081 ./run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=.ci/setup.sh
. .ci/setup.sh

require_dotnet
install_native_libraries
install_node
say "Building the page and the gateway ..."
build_page
publish_gateway
exec dotnet "$gateway" "$@"
