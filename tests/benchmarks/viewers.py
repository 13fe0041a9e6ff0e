#!/usr/bin/env python3
"""Many RTMP players in one process that throw away what they get: viewers.py PORT APP NAME COUNT SECONDS.

Each shakes hands, connects and plays, says that it buffers three seconds, and reads from then on without looking at what comes. Prints, as JSON, how
many bytes they got from when all of them played: the least, the median, all.
"""
import json
import os
import select
import socket
import struct
import sys
import time

HANDSHAKE = 1536
COMMANDS, MEDIA_STREAM = 3, 1
DRAINED_AT_ONCE = 1 << 20


def text(value):
    return b"\x02" + struct.pack(">H", len(value)) + value.encode()


def number(value):
    return b"\x00" + struct.pack(">d", value)


def message(kind, stream, body):
    """A message of RTMP in chunks of 128 bytes (RTMP 1.0, 5.3)."""
    head = bytes([COMMANDS]) + bytes(3) + struct.pack(">I", len(body))[1:] + bytes([kind]) + struct.pack("<I", stream)
    chunks = [body[place:place + 128] for place in range(0, len(body), 128)]
    return head + bytes([0xC0 | COMMANDS]).join(chunks)


def commands(port, app, name):
    address = f"rtmp://127.0.0.1:{port}/{app}"
    options = b"".join(struct.pack(">H", len(key)) + key.encode() + text(value) for key, value in [("app", app), ("tcUrl", address)])
    connect = text("connect") + number(1) + b"\x03" + options + b"\x00\x00\x09"
    create = text("createStream") + number(2) + b"\x05"
    buffer = struct.pack(">HII", 3, MEDIA_STREAM, 3000)
    play = text("play") + number(3) + b"\x05" + text(name) + number(-2000)
    return [message(20, 0, connect), message(20, 0, create), message(4, 0, buffer) + message(20, MEDIA_STREAM, play)]


def receive(connection, count):
    while count > 0:
        part = connection.recv(count)
        if not part:
            raise ConnectionError("closed")
        count -= len(part)


def play(port, app, name):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"\x03" + bytes(8) + os.urandom(HANDSHAKE - 8))
    receive(connection, 1 + 2 * HANDSHAKE)
    connection.sendall(bytes(HANDSHAKE))
    for part in commands(port, app, name):
        connection.sendall(part)
        time.sleep(0.002)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 64 * 1024)
    connection.setblocking(False)
    return connection


def drain(waiting, by_number, counts, until):
    scratch = bytearray(DRAINED_AT_ONCE)  # TCP throws away with MSG_TRUNC: nothing is copied into it
    while (left := until - time.monotonic()) > 0:
        for which, _ in waiting.poll(left):
            try:
                got = by_number[which].recv_into(scratch, DRAINED_AT_ONCE, socket.MSG_TRUNC)
            except BlockingIOError:
                continue
            except ConnectionError:
                got = 0
            if got == 0:
                waiting.unregister(which)
            counts[which] += got


def main():
    port, app, name, count, seconds = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    waiting, by_number, counts = select.epoll(), {}, {}
    for _ in range(count):
        connection = play(port, app, name)
        by_number[connection.fileno()], counts[connection.fileno()] = connection, 0
        waiting.register(connection.fileno(), select.EPOLLIN)
        drain(waiting, by_number, counts, time.monotonic() + 0.005)
    drain(waiting, by_number, counts, time.monotonic() + 5)
    print("playing", flush=True)
    before = dict(counts)
    drain(waiting, by_number, counts, time.monotonic() + seconds)
    got = sorted(counts[which] - before[which] for which in counts)
    print(json.dumps({"viewers": len(got), "least": got[0], "median": got[len(got) // 2], "all": sum(got)}), flush=True)


main()
