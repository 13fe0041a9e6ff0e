#!/usr/bin/env bash
# Builds what docker/Dockerfile builds, without Docker: a Debian root with the gateway in FOLDER/root, and FOLDER/start, which runs the
# gateway in it as its own user. Needs root and debootstrap. Usage: docker/root.sh FOLDER
set -euo pipefail
folder=$(realpath -m "${1:?usage: docker/root.sh FOLDER}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$folder/root
mkdir -p "$folder"

npm ci --prefix web --no-audit --no-fund
npm run build --prefix web
dotnet publish src/MediaGateway -c Release -r linux-x64 --self-contained -p:DebugType=none \
  -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false -o "$folder/gateway"

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase \
  --include=ca-certificates,libssl3,libopus0,libspeex1,libavcodec59,libavutil57,libswresample4,libswscale6 bookworm "$root"
chroot "$root" id mediagateway >/dev/null 2>&1 \
  || chroot "$root" /usr/sbin/useradd --system --no-create-home --shell /usr/sbin/nologin mediagateway
rm -rf "$root/opt/mediagateway"
cp -r "$folder/gateway" "$root/opt/mediagateway"
cp docker/healthcheck.sh "$root/opt/mediagateway/healthcheck.sh"
chroot "$root" /usr/bin/install -d -o mediagateway -g mediagateway -m 700 /opt/mediagateway/data
chroot "$root" /usr/bin/install -d -o mediagateway -g mediagateway /opt/mediagateway/recordings /opt/mediagateway/media

cat >"$folder/start" <<START
#!/bin/sh
# Runs the gateway in its root, in a process tree of its own; settings come from the environment.
exec unshare --mount --propagation private sh -c '
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  exec chroot --userspec=mediagateway:mediagateway "$root" /usr/bin/env -C /opt/mediagateway /opt/mediagateway/MediaGateway "\$@"' start "\$@"
START
chmod +x "$folder/start"
echo "$folder/start"
