"""Publishes by WHIP or plays by WHEP with GStreamer's webrtcbin and Python's urllib.

Usage: whip.py publish ADDRESS TOKEN VIDEO.h264 AUDIO.ogg
       whip.py play ADDRESS TOKEN RECORDING.mkv
Says what it does as ../Pion/http.go does: one JSON object per line out, one command per line in ("delete").
Ends when standard input ends.
"""

import json
import os
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

import publish  # noqa: E402

RECORDING = """
webrtcbin name=peer bundle-policy=max-bundle latency=400
matroskamux name=mux streamable=true ! filesink location={recording}
rtph264depay name=video ! h264parse name=pictures ! video/x-h264,stream-format=avc ! queue ! mux.
rtpopusdepay name=audio ! opusparse ! queue ! mux.
"""
VIDEO = "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1,profile-level-id=(string)42e01f"
AUDIO = "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2"


def say(**fields):
    print(json.dumps({"session": 0, **fields}), flush=True)


class Resource:
    """The session that an offer opened."""

    def __init__(self, address, token):
        self.address = address
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method, body=None, **headers):
        request = urllib.request.Request(self.address, body, {**self.headers, **headers}, method=method)
        try:
            return urllib.request.urlopen(request, timeout=15)
        except urllib.error.HTTPError as refusal:
            return refusal

    def open(self, offer):
        answer = self.send("POST", offer.encode(), **{"Content-Type": "application/sdp", "Accept": "application/sdp"})
        text = answer.read().decode()
        if answer.status != 201:
            raise RuntimeError(f"the offer was answered with {answer.status}: {text}")
        location = answer.headers["Location"]
        self.address = urllib.parse.urljoin(self.address, location)
        say(event="opened", status=answer.status, text=location)
        return text

    def remove(self):
        for _ in range(2):  # the second time it must be gone
            say(event="deleted", status=self.send("DELETE").status)


def main():
    kind, address, token = sys.argv[1:4]
    is_publisher = kind == "publish"
    Gst.init(None)
    pipeline = Gst.parse_launch(
        publish.PIPELINE.format(video=sys.argv[4], audio=sys.argv[5]) if is_publisher else RECORDING.format(recording=sys.argv[4])
    )
    peer = pipeline.get_by_name("peer")
    loop = GLib.MainLoop()
    resource = Resource(address, token)

    # See publish.py: libnice offers no loopback candidate by itself, and its agent must not be freed.
    agent = peer.get_property("ice-agent")
    agent.emit("add-local-ip-address", "127.0.0.1")

    def fail(reason):
        say(event="failed", reason=str(reason))
        loop.quit()

    def offer_created(promise, *_):
        reply = promise.get_reply()  # the offer lives in it
        peer.emit("set-local-description", reply.get_value("offer"), None)

    def negotiation_needed(_):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offer_created, None))

    def post():
        try:
            text = resource.open(peer.get_property("local-description").sdp.as_text())
        except Exception as failure:  # said to the test, which ends
            fail(failure)
            return False
        _, message = GstSdp.SDPMessage.new_from_text(text)
        peer.emit("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message), None)
        return False

    def gathering_changed(*_):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(post)

    def connection_changed(*_):
        state = peer.get_property("connection-state")
        if state == GstWebRTC.WebRTCPeerConnectionState.CONNECTED:
            for name in ("camera", "microphone") if is_publisher else ():
                pipeline.get_by_name(name).set_property("drop", False)
            say(event="connected")

    def pad_added(_, pad):
        if pad.get_direction() == Gst.PadDirection.SRC:
            media = pad.get_current_caps().get_structure(0).get_string("media")
            pad.link(pipeline.get_by_name(media).get_static_pad("sink"))

    def end():
        # What has been recorded is complete without an end: the file is made for streaming.
        loop.quit()

    def read_input():
        for command in sys.stdin:
            if command.strip() == "delete":
                resource.remove()
        GLib.idle_add(end)

    def bus_message(_, message):
        if message.type == Gst.MessageType.ERROR:
            error, detail = message.parse_error()
            fail(f"{error.message} ({detail})")

    def picture_passed(*_):
        say(event="stamp", kind="video")
        return Gst.PadProbeReturn.OK

    if not is_publisher:
        pipeline.get_by_name("pictures").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, picture_passed)
        for caps in (VIDEO, AUDIO):
            peer.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, Gst.Caps.from_string(caps))
        peer.connect("pad-added", pad_added)
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
