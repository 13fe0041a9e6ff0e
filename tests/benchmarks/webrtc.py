"""Reads the figures that webrtc.sh has collected and prints a row of its table, and a line of JSON on the standard error: `cost BASE WHAT STREAMS`, `join BASE WHAT STREAMS`,
`load BASE STREAMS PLAYERS`, which says by its exit code whether that many were held."""
import json
import sys

LATE_MILLISECONDS = 50
LAG_MILLISECONDS = 20
BRIDGE_DELAY = "mediagateway_audio_bridge_delay_seconds"


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def dropped(path):
    """Frames that did not reach a viewer, of all reasons; None when it is not known."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file if line.startswith("mediagateway_frames_dropped_total")]
    except OSError:
        return None
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


def late_sound(before, after):
    """Frames of converted sound between two collections of metrics that took longer than the limit, in per cent; None when it is not known."""
    def read(path):
        counts = {"bucket": 0.0, "count": 0.0}
        with open(path, encoding="utf-8") as file:
            for text in file:
                name = text.partition("{")[0].partition(" ")[0]
                if name == BRIDGE_DELAY + "_count":
                    counts["count"] += float(text.rsplit(" ", 1)[1])
                elif name == BRIDGE_DELAY + "_bucket" and f'le="{LAG_MILLISECONDS / 1000}"' in text:
                    counts["bucket"] += float(text.rsplit(" ", 1)[1])
        return counts
    try:
        begun, ended = read(before), read(after)
    except OSError:
        return None
    frames = ended["count"] - begun["count"]
    return 100 * (1 - (ended["bucket"] - begun["bucket"]) / frames) if frames > 0 else None


def share(times, name):
    return f"{times[name]:.1f}" if times else "none"


def whole(run, part):
    """Whether every session was there at the end."""
    return bool(run) and run[part] >= run["sessions"] and not run["failures"]


def main(part, base, *names):
    play, whip = load(base + ".play"), load(base + ".whip")
    late = max(play.get("generatorLateMilliseconds", 0), whip.get("generatorLateMilliseconds", 0))
    line = {"part": part, "what": " ".join(names), "play": play, "whip": whip}
    held = whole(play, "playing") and whole(whip, "publishing")
    if part == "cost":
        server = play.get("server") or {}
        text = f"{server.get('processorMillisecondsPerSessionSecond', 'none')} ms of processor time per stream-second, {names[1]} streams, a player each"
        title = names[0]
    elif part == "join":
        first = play.get("firstPicture")
        title = f"{names[1]} streams at once, {names[0]}"
        text = f"{play.get('playing', 0)} play; first picture after `play` p50 {share(first, 'p50')}, p95 {share(first, 'p95')} ms"
    else:
        drops, late_frames = dropped(base + ".metrics"), late_sound(base + ".begun", base + ".metrics")
        pictures = (play.get("pictureDelay") or {}).get("p99", 1e9)
        sound = play.get("soundDelay") or {}
        held = (held and drops == 0 and play["missed"] == 0 and pictures <= LAG_MILLISECONDS
                and late_frames is not None and late_frames <= 1)
        line.update(dropped=drops, lateSound=late_frames)
        title = f"{names[0]} streams with sound, {names[1]} players"
        text = (f"{play.get('playing', 0)} play, {'none' if drops is None else drops} frames dropped, {play.get('missed', 'no')} pictures missed; pictures p99 {pictures} ms; "
                f"sound p50 {sound.get('p50', 'none')}, p99 {sound.get('p99', 'none')} ms, of it "
                f"{'unknown' if late_frames is None else f'{late_frames:.1f}'} % converted in more than {LAG_MILLISECONDS} ms; "
                f"{(play.get('server') or {}).get('processorShare', 'none')} cores")
    print(json.dumps(line), file=sys.stderr, flush=True)
    print("|", " | ".join([title, text + ("" if held else "; **not held**"), f"**{late}**" if late > LATE_MILLISECONDS else str(late)]), "|", flush=True)
    return 0 if held or part != "load" else 1


sys.exit(main(*sys.argv[1:]))
