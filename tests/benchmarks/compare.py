"""Reads the figures that compare.sh has collected: `row FOLDER SERVER VIEWERS MEMORY_VIEWERS` prints a row of its table, `held NAME` says by its exit code whether a
number of viewers was held."""
import glob
import json
import os
import re
import sys

HELD_MILLISECONDS = 250
LATE_MILLISECONDS = 50


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def is_held(name):
    play = load(name + ".play")
    return bool(play and play["playing"] >= play["sessions"] and play["leastShare"] > 0.9
                and play.get("pictureDelay") and play["pictureDelay"]["p99"] < HELD_MILLISECONDS)


def times(play, name, *shares):
    found = (play or {}).get(name)
    return " / ".join(str(found[share]) for share in shares) if found else "none"


def number(path):
    try:
        with open(path, encoding="utf-8") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def memory(base, viewers):
    none, with_all = number(base + ".none"), number(base + ".with")
    return f"{(with_all - none) / viewers:.1f}" if none is not None and with_all is not None else "not measured"


def late(base):
    play, publish = load(base + ".main.play"), load(base + ".main.publish")
    latest = max((play or {}).get("generatorLateMilliseconds", 0), (publish or {}).get("latestMilliseconds", 0))
    return f"**{latest}**" if latest > LATE_MILLISECONDS else str(latest)


def row(folder, server, viewers, memory_viewers):
    base = os.path.join(folder, server)
    play = load(base + ".main.play")
    server_figures = (play or {}).get("server") or {}
    tried = sorted(int(re.search(r"hold(\d+)", path).group(1)) for path in glob.glob(base + ".hold*.play"))
    held = [count for count in tried if is_held(f"{base}.hold{count}")]
    failed = [count for count in tried if count not in held]
    print("|", " | ".join([
        f"{server}, {viewers} viewers" + ("" if play and play["playing"] >= play["sessions"] else " (not all played)"),
        str(server_figures.get("processorMillisecondsPerSessionSecond", "none")),
        times(play, "pictureDelay", "p50", "p99"),
        times(play, "soundDelay", "p50", "p99"),
        times(load(base + ".probe"), "firstPicture", "p95"),
        memory(base, int(memory_viewers)) if int(memory_viewers) else "not measured",
        f"{max(held, default='none')} / {min(failed, default='none')}" if tried else "not measured",
        late(base),
    ]), "|", flush=True)


if sys.argv[1] == "held":
    sys.exit(0 if is_held(sys.argv[2]) else 1)
row(*sys.argv[2:])
