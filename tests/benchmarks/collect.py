#!/usr/bin/env python3
"""Has the runtime of a .NET process collect its whole heap, by its diagnostic port, and returns when that is done: collect.py PID."""
import glob
import os
import socket
import struct
import sys

MAGIC = b"DOTNET_IPC_V1\0"
EVENT_PIPE, COLLECT_TRACING, STOP_TRACING = 2, 2, 1
COLLECT_HEAP = 0x800000  # the keyword whose session begins with a full collection
QUIET_SECONDS = 2


def text(words):
    return struct.pack("<I", len(words) + 1) + (words + "\0").encode("utf-16le")


def message(command, payload):
    return MAGIC + struct.pack("<HBBH", 20 + len(payload), EVENT_PIPE, command, 0) + payload


def drain(port):
    try:
        while port.recv(1 << 20):
            pass
    except socket.timeout:
        pass


# A process that was killed leaves its own behind, and its number may have been given again.
path = max(glob.glob(f"/tmp/dotnet-diagnostic-{int(sys.argv[1])}-*-socket"), key=os.path.getmtime)
session = socket.socket(socket.AF_UNIX)
session.connect(path)
provider = struct.pack("<QI", COLLECT_HEAP, 4) + text("Microsoft-Windows-DotNETRuntime") + text("")
session.sendall(message(COLLECT_TRACING, struct.pack("<III", 16, 1, 1) + provider))
answer = session.recv(28, socket.MSG_WAITALL)
session.settimeout(QUIET_SECONDS)
drain(session)
stop = socket.socket(socket.AF_UNIX)
stop.connect(path)
stop.sendall(message(STOP_TRACING, answer[20:28]))
drain(session)
