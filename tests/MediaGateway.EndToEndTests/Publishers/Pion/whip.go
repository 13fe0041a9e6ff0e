package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc"
)

// OBS's payload type of H.264, and the time in its sender reports: they say nothing true.
const (
	obsVideoType = 96
	noSuchTime   = 0xFFFFFFFF_FFFFFFFF
)

// publishByWhip publishes one session by RFC 9725. The offer goes out before any candidate is known: they trickle. An OBS, whose
// library gathers first and never trickles, is imitated in its offer, in the packets of parameter sets and in its reports.
func publishByWhip(r *resource, obs bool, pictures []picture, packets [][]byte) error {
	videoType := webrtc.PayloadType(usualVideoType)
	if obs {
		videoType = obsVideoType
	}
	api, videoCodec, audioCodec, err := api(obs, videoType)
	if err != nil {
		return err
	}
	connection, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	defer connection.Close()
	states := make(chan webrtc.PeerConnectionState, 16)
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) { states <- state })
	candidates := make(chan *webrtc.ICECandidate, 64)
	connection.OnICECandidate(func(candidate *webrtc.ICECandidate) { candidates <- candidate })
	audio, err := addTrack(connection, audioCodec, "audio", "whip")
	if err != nil {
		return err
	}
	video, err := addTrack(connection, videoCodec, "video", "whip")
	if err != nil {
		return err
	}
	offer, err := connection.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err = connection.SetLocalDescription(offer); err != nil {
		return err
	}
	text := offer.SDP
	if obs {
		<-gathered
		text = obsOffer(connection)
	}
	if err = r.open(text); err != nil {
		return err
	}
	if err = connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: r.answer}); err != nil {
		return err
	}
	if !obs {
		if err = trickle(r, offer.SDP, candidates); err != nil {
			return err
		}
	}
	if err = await(states, webrtc.PeerConnectionStateConnected); err != nil {
		return err
	}
	say(line{Event: "connected"})
	stop := make(chan struct{})
	s := &session{single: obs}
	start := time.Now()
	go s.sendAudio(audio, packets, start, stop)
	go s.sendVideo(video, pictures, start, stop)
	if obs {
		go reportNonsense(connection, stop)
	}
	defer close(stop)
	for command := range commands() {
		switch command {
		case "restart":
			err = restart(r, connection)
		case "delete":
			err = r.remove()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func await(states <-chan webrtc.PeerConnectionState, wanted webrtc.PeerConnectionState) error {
	for limit := time.After(20 * time.Second); ; {
		select {
		case state := <-states:
			if state == wanted {
				return nil
			}
			if state == webrtc.PeerConnectionStateFailed {
				return errors.New("the connection failed")
			}
		case <-limit:
			return fmt.Errorf("not %s after 20 s", wanted)
		}
	}
}

// fragment is what RFC 8840 has: credentials, the first section, candidates.
func fragment(description string, candidates ...string) string {
	lines := []string{
		"a=ice-ufrag:" + valueOf(description, "ice-ufrag"),
		"a=ice-pwd:" + valueOf(description, "ice-pwd"),
		"m=audio 9 UDP/TLS/RTP/SAVPF 0",
		"a=mid:0",
	}
	for _, candidate := range candidates {
		lines = append(lines, "a="+candidate)
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

func trickle(r *resource, offer string, candidates <-chan *webrtc.ICECandidate) error {
	for {
		candidate := <-candidates
		value := "end-of-candidates"
		if candidate != nil {
			value = candidate.ToJSON().Candidate
		}
		if _, _, err := r.patch("trickled", r.tag, fragment(offer, value)); err != nil {
			return err
		}
		if candidate == nil {
			return nil
		}
	}
}

// restart restarts ICE (RFC 9725 4.3.3): new credentials of both sides; everything else of the answer stays as it was.
func restart(r *resource, connection *webrtc.PeerConnection) error {
	offer, err := connection.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		return err
	}
	former := r.tag
	gathered := webrtc.GatheringCompletePromise(connection)
	if err = connection.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	local := connection.LocalDescription().SDP
	response, text, err := r.patch("restarted", anyTag, fragment(local, "candidate:"+valueOf(local, "candidate"), "end-of-candidates"))
	if err != nil {
		return err
	}
	if response.StatusCode != 200 {
		return fmt.Errorf("the restart was answered with %s: %s", response.Status, text)
	}
	r.tag = response.Header.Get("ETag")
	for _, name := range []string{"ice-ufrag", "ice-pwd"} {
		r.answer = regexp.MustCompile("a="+name+":[^\r\n]*").ReplaceAllLiteralString(r.answer, "a="+name+":"+valueOf(text, name))
	}
	if err = connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: r.answer}); err != nil {
		return err
	}
	// The former tag is over, the new one is in force.
	for _, tag := range []string{former, r.tag} {
		if _, _, err = r.patch("trickled", tag, fragment(local, "end-of-candidates")); err != nil {
			return err
		}
	}
	return nil
}

// obsOffer is the offer of OBS 30 and newer: ICE and DTLS at session level, sections with the fewest attributes.
func obsOffer(connection *webrtc.PeerConnection) string {
	local := connection.LocalDescription().SDP
	lines := []string{
		"v=0",
		"o=rtc 3987654321 0 IN IP4 127.0.0.1",
		"s=-",
		"t=0 0",
		"a=group:BUNDLE 0 1",
		"a=group:LS 0 1",
		"a=msid-semantic:WMS *",
		"a=ice-options:ice2,trickle",
		"a=fingerprint:" + valueOf(local, "fingerprint"),
		"a=setup:actpass",
		"a=ice-ufrag:" + valueOf(local, "ice-ufrag"),
		"a=ice-pwd:" + valueOf(local, "ice-pwd"),
	}
	for number, sender := range connection.GetSenders() {
		ssrc := sender.GetParameters().Encodings[0].SSRC
		kind, codec := "audio", []string{
			"a=rtpmap:111 opus/48000/2",
			"a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1",
		}
		payloadType := 111
		if sender.Track().Kind() == webrtc.RTPCodecTypeVideo {
			kind, payloadType, codec = "video", obsVideoType, []string{
				"a=rtpmap:96 H264/90000",
				"a=rtcp-fb:96 nack",
				"a=rtcp-fb:96 nack pli",
				"a=rtcp-fb:96 goog-remb",
				"a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1",
			}
		}
		lines = append(lines,
			fmt.Sprintf("m=%s 9 UDP/TLS/RTP/SAVPF %d", kind, payloadType),
			"c=IN IP4 0.0.0.0",
			fmt.Sprintf("a=mid:%d", number),
			"a=sendonly",
			fmt.Sprintf("a=ssrc:%d cname:F5Cf3lSoY2wB2YnL", ssrc),
			fmt.Sprintf("a=ssrc:%d msid:oDyVjTNcQgJ3Dkxq oDyVjTNcQgJ3Dkxq-%s", ssrc, kind),
			"a=msid:oDyVjTNcQgJ3Dkxq oDyVjTNcQgJ3Dkxq-"+kind,
			"a=rtcp-mux")
		lines = append(lines, codec...)
		lines = append(lines, "a=candidate:"+valueOf(local, "candidate"), "a=end-of-candidates")
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// reportNonsense sends sender reports whose times have nothing to do with the media's.
func reportNonsense(connection *webrtc.PeerConnection, stop <-chan struct{}) {
	for due := time.Now(); until(due, stop); due = due.Add(time.Second) {
		for _, sender := range connection.GetSenders() {
			ssrc := uint32(sender.GetParameters().Encodings[0].SSRC)
			connection.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{SSRC: ssrc, NTPTime: noSuchTime, RTPTime: 0, PacketCount: 1, OctetCount: 1}})
		}
	}
}
