# shellcheck shell=bash
# Set-up shared by run.sh and test.sh; sourced by them with the repository as the working directory.
# Installs from the system's own packages what is missing and says in words what it cannot install.

say() { printf '%s\n' "$*"; }

fail() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root; status 77 when this account may not.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 77
  fi
}

package_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# No pipes into grep -q here: it ends at the first match, and with pipefail the broken pipe would count as a failure.
package_offered() {
  grep -qE '^ +Candidate: [^(]' <<<"$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)"
}

# The first package of a list that is installed, else the first that this system offers, else the first.
choose_package() {
  local name
  for name in "$@"; do package_installed "$name" && { echo "$name"; return; }; done
  for name in "$@"; do package_offered "$name" && { echo "$name"; return; }; done
  echo "$1"
}

# Package lists are fetched when the system has none yet or a package is not in them, at most once per run.
package_lists_fresh=no
refresh_package_lists() {
  [ "$package_lists_fresh" = no ] || return 0
  package_lists_fresh=yes
  say "Fetching the package lists ..."
  as_root apt-get -o DPkg::Lock::Timeout=300 -qq update || return $?
}

# install_packages WHAT PACKAGE...: installs the missing ones; says what to do and fails where it cannot.
install_packages() {
  local what=$1 name status=0
  shift
  if ! have apt-get || ! have dpkg-query; then
    say "$what: this system has no apt. Please install the equivalents of: $*" >&2
    return 1
  fi
  local missing=()
  for name in "$@"; do package_installed "$name" || missing+=("$name"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "$what: installing ${missing[*]}"
  for name in "${missing[@]}"; do
    package_offered "$name" || { refresh_package_lists || status=$?; break; }
  done
  [ "$status" -ne 0 ] || as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}" >/dev/null || status=$?
  [ "$status" -ne 0 ] || return 0
  if [ "$status" -eq 77 ]; then
    say "$what: not installed, because this account is neither root nor allowed to use sudo without a password." >&2
  else
    say "$what: the installation failed (status $status)." >&2
  fi
  say "Please run: sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  return 1
}

require_dotnet() {
  have dotnet || fail "the .NET 10 SDK is not installed (no 'dotnet' in PATH). See https://dotnet.microsoft.com/download/dotnet/10.0"
  grep -qE '^(1[0-9]|[2-9][0-9])\.' <<<"$(dotnet --list-sdks)" \
    || fail "the .NET SDK found is older than 10. See https://dotnet.microsoft.com/download/dotnet/10.0"
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

library_present() { grep -q "$1" <<<"$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null)"; }

# OpenSSL 3, libopus, libspeex and one FFmpeg of 5.1, 6.1 and 7.1 (libavcodec 59, 60, 61), whichever this system has.
install_native_libraries() {
  local packages=()
  library_present 'libssl\.so\.3' || packages+=("$(choose_package libssl3 libssl3t64)")
  library_present 'libopus\.so\.0' || packages+=(libopus0)
  library_present 'libspeex\.so\.1' || packages+=(libspeex1)
  if ! { library_present 'libavcodec\.so\.\(59\|60\|61\)' && library_present 'libswresample\.so\.\(4\|5\)' \
    && library_present 'libswscale\.so\.\(6\|7\|8\)'; }; then
    if have apt-get && ! package_offered libopus0; then refresh_package_lists || true; fi
    case "$(choose_package libavcodec61 libavcodec60 libavcodec59)" in
      libavcodec61) packages+=(libavcodec61 libavutil59 libswresample5 libswscale8) ;;
      libavcodec60) packages+=(libavcodec60 libavutil58 libswresample4 libswscale7) ;;
      *) packages+=(libavcodec59 libavutil57 libswresample4 libswscale6) ;;
    esac
  fi
  [ ${#packages[@]} -eq 0 ] || install_packages "Native libraries (OpenSSL, Opus, FFmpeg)" "${packages[@]}" \
    || fail "the gateway cannot run without these libraries."
}

node_major() { node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'; }

install_node() {
  local major
  major=$(node_major)
  if [ "${major:-0}" -lt 18 ] || ! have npm; then
    install_packages "Node.js (builds the page)" nodejs npm || fail "the page cannot be built without Node.js 18 or newer and npm."
    hash -r
    major=$(node_major)
  fi
  [ "${major:-0}" -ge 18 ] || fail "Node.js 18 or newer is needed to build the page; this system has $(node --version 2>/dev/null || echo none). See https://nodejs.org/"
}

# Packages of the page, as the lock file says; left alone when they are already those.
install_page_packages() {
  if [ web/package-lock.json -nt web/node_modules/.package-lock.json ]; then
    npm ci --prefix web --no-audit --no-fund --loglevel=error && touch web/node_modules/.package-lock.json
  fi
}

# The page goes to src/MediaGateway/wwwroot and must be there before the program is compiled: the build lists the files then.
build_page() {
  install_page_packages && npm run build --prefix web --silent -- --logLevel=error
}

# The program as it is meant to run: compiled ahead, so that while the first viewers join no compiler takes their processor time.
gateway=artifacts/gateway/MediaGateway.dll
publish_gateway() {
  dotnet publish src/MediaGateway -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true \
    -o "$(dirname "$gateway")" -v quiet --nologo -clp:NoSummary
}
