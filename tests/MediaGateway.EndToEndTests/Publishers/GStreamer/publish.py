"""Publishes the test pattern of a file with GStreamer's webrtcbin, in real time.

Signalling goes over standard input and output, one JSON object per line, as in ../Pion/main.go:
out {"event":"offer","session":0,"sdp":"..."}, in {"session":0,"sdp":"..."}, out {"event":"connected","session":0}.
Ends when standard input ends. Usage: publish.py VIDEO.h264 AUDIO.ogg
"""

import json
import os
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

# The valves stay shut until the peers are connected, as a camera's do: what queued up meanwhile would leave in one burst.
PIPELINE = """
webrtcbin name=peer bundle-policy=max-bundle
filesrc location={video} ! h264parse ! video/x-h264,framerate=30/1 ! avdec_h264 ! videoconvert ! identity sync=true
  ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=1000 key-int-max=60 threads=2 sliced-threads=true aud=true
  ! video/x-h264,profile=constrained-baseline ! h264parse
  ! valve name=camera drop=true drop-mode=forward-sticky-events ! rtph264pay config-interval=-1 pt=96 aggregate-mode=zero-latency
  ! application/x-rtp,media=video,encoding-name=H264,payload=96 ! peer.
filesrc location={audio} ! oggdemux ! opusparse ! identity sync=true
  ! valve name=microphone drop=true drop-mode=forward-sticky-events ! rtpopuspay pt=97
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""


def say(**fields):
    print(json.dumps({"session": 0, **fields}), flush=True)


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(PIPELINE.format(video=sys.argv[1], audio=sys.argv[2]))
    peer = pipeline.get_by_name("peer")
    loop = GLib.MainLoop()

    # libnice offers no loopback candidate by itself. GStreamer 1.22 hands its agent out without a reference of its own: it must
    # neither be dropped here nor freed at the end.
    agent = peer.get_property("ice-agent")
    agent.emit("add-local-ip-address", "127.0.0.1")

    def offer_created(promise, *_):
        reply = promise.get_reply()
        peer.emit("set-local-description", reply.get_value("offer"), None)

    def negotiation_needed(_):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offer_created, None))

    def gathering_changed(*_):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            say(event="offer", sdp=peer.get_property("local-description").sdp.as_text())

    def connection_changed(*_):
        if peer.get_property("connection-state") == GstWebRTC.WebRTCPeerConnectionState.CONNECTED:
            for name in ("camera", "microphone"):
                pipeline.get_by_name(name).set_property("drop", False)
            say(event="connected")

    def take_answer(text):
        _, message = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        peer.emit("set-remote-description", answer, None)

    def read_input():
        for line in sys.stdin:
            GLib.idle_add(take_answer, json.loads(line)["sdp"])
        GLib.idle_add(loop.quit)

    def bus_message(_, message):
        if message.type == Gst.MessageType.ERROR:
            error, detail = message.parse_error()
            say(event="failed", reason=f"{error.message} ({detail})")
            loop.quit()
        elif message.type == Gst.MessageType.EOS:
            loop.quit()

    peer.connect("on-negotiation-needed", negotiation_needed)
    peer.connect("notify::ice-gathering-state", gathering_changed)
    peer.connect("notify::connection-state", connection_changed)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", bus_message)
    threading.Thread(target=read_input, daemon=True).start()
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
