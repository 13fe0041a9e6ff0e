package main

import (
	"encoding/binary"
	"os"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc"
	"github.com/pion/webrtc/pkg/media/h264writer"
)

// play plays by WHEP and writes the pictures (Annex B) and the sound (Opus packets, each after its
// length in two bytes) as they come.
func play(r *resource, videoFile, audioFile string) error {
	api, _, _, err := api(false, usualVideoType)
	if err != nil {
		return err
	}
	connection, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	defer connection.Close()
	pictures, err := h264writer.New(videoFile)
	if err != nil {
		return err
	}
	sound, err := os.Create(audioFile)
	if err != nil {
		return err
	}
	done := make(chan struct{}, 2)
	connection.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		defer func() { done <- struct{}{} }()
		go sayReports(track, receiver)
		if track.Kind() == webrtc.RTPCodecTypeVideo {
			write(track, pictures.WriteRTP)
		} else {
			write(track, func(packet *rtp.Packet) error {
				length := binary.BigEndian.AppendUint16(nil, uint16(len(packet.Payload)))
				_, err := sound.Write(append(length, packet.Payload...))
				return err
			})
		}
	})
	states := make(chan webrtc.PeerConnectionState, 16)
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) { states <- state })
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		if _, err = connection.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			return err
		}
	}
	offer, err := connection.CreateOffer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err = connection.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	if err = r.open(connection.LocalDescription().SDP); err != nil {
		return err
	}
	if err = connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: r.answer}); err != nil {
		return err
	}
	if err = await(states, webrtc.PeerConnectionStateConnected); err != nil {
		return err
	}
	say(line{Event: "connected"})
	for command := range commands() {
		if command == "delete" {
			if err = r.remove(); err != nil {
				return err
			}
		}
	}
	connection.Close()
	<-done
	<-done
	pictures.Close()
	sound.Close()
	return nil
}

// sayReports tells which moment of the sender's clock belongs to which time stamp of a track.
func sayReports(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if report, ok := packet.(*rtcp.SenderReport); ok && report.SSRC == uint32(track.SSRC()) {
				seconds, fraction := int64(report.NTPTime>>32), int64(report.NTPTime&0xFFFFFFFF)
				say(line{Event: "report", Kind: track.Kind().String(), Index: int(report.RTPTime), Nanoseconds: seconds*1e9 + fraction*1e9>>32})
			}
		}
	}
}

// write hands on the packets of a track in their order, which the loopback interface keeps, and says the stamps of all pictures and of the
// first sound.
func write(track *webrtc.TrackRemote, take func(*rtp.Packet) error) {
	var stamp uint32
	for isFirst := true; ; isFirst = false {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if isFirst || (track.Kind() == webrtc.RTPCodecTypeVideo && packet.Timestamp != stamp) {
			stamp = packet.Timestamp
			say(line{Event: "stamp", Kind: track.Kind().String(), Index: int(stamp)})
		}
		take(packet)
	}
}
