// Publishes the same H.264 and Opus files in N WebRTC sessions, in real time, with Pion from Debian's packages.
// Signalling goes over standard input and output, one JSON object per line:
//
//	out {"event":"offer","session":0,"sdp":"..."}            in {"session":0,"sdp":"..."}
//	out {"event":"connected","session":0}
//	out {"event":"sent","session":0,"kind":"video","index":17,"nanoseconds":...}   with -report: the last packet of a picture left
//
// or, with -whip or -whep, over HTTP: see http.go, whip.go, whep.go.
// The index counts pictures and Opus packets from the start; both tracks start together. Ends when standard input ends.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc" // Debian's path of version 3
	"golang.org/x/sys/unix"
)

const (
	mtu         = 1200
	videoRate   = 90000
	pictureRate = 30
	opusSamples = 960 // 20 ms at 48 kHz

	usualVideoType = 102
)

type line struct {
	Event       string `json:"event,omitempty"`
	Session     int    `json:"session"`
	SDP         string `json:"sdp,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Index       int    `json:"index"`
	Nanoseconds int64  `json:"nanoseconds,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Status      int    `json:"status,omitempty"`
	Text        string `json:"text,omitempty"`
}

var (
	out   = bufio.NewWriter(os.Stdout)
	outMu sync.Mutex
)

func say(l line) {
	b, _ := json.Marshal(l)
	outMu.Lock()
	defer outMu.Unlock()
	out.Write(append(b, '\n'))
	out.Flush()
}

func monotonic() int64 {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return t.Nano()
}

// picture is one access unit: its NAL units, without start codes.
type picture [][]byte

func readH264(path string) ([]picture, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var pictures []picture
	var current picture
	hasSlice := false
	for _, nal := range bytes.Split(data, []byte{0, 0, 1}) {
		nal = bytes.TrimRight(nal, "\x00")
		if len(nal) < 2 {
			continue
		}
		kind := nal[0] & 31
		slice := kind == 1 || kind == 5
		if hasSlice && (!slice || nal[1]&0x80 != 0) { // first_mb_in_slice is 0: a new picture
			pictures = append(pictures, current)
			current, hasSlice = nil, false
		}
		current = append(current, nal)
		hasSlice = hasSlice || slice
	}
	if hasSlice {
		pictures = append(pictures, current)
	}
	if len(pictures) == 0 {
		return nil, errors.New(path + " holds no picture")
	}
	return pictures, nil
}

func readOgg(path string) ([][]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var packets [][]byte
	var packet []byte
	for len(data) > 27 && string(data[:4]) == "OggS" {
		count := int(data[26])
		lengths, body := data[27:27+count], data[27+count:]
		for _, length := range lengths {
			packet = append(packet, body[:length]...)
			body = body[length:]
			if length < 255 {
				packets = append(packets, packet)
				packet = nil
			}
		}
		data = body
	}
	if len(packets) < 3 {
		return nil, errors.New(path + " holds no Opus packets")
	}
	return packets[2:], nil // after OpusHead and OpusTags
}

// api makes connections on the loopback interface that know H.264 and Opus; plain ones send no reports and repeat nothing.
func api(plain bool, videoType webrtc.PayloadType) (*webrtc.API, webrtc.RTPCodecCapability, webrtc.RTPCodecCapability, error) {
	feedback := []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	video := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: videoRate,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", RTCPFeedback: feedback}
	audio := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	media := &webrtc.MediaEngine{}
	if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: video, PayloadType: videoType}, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, video, audio, err
	}
	if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: audio, PayloadType: 111}, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, video, audio, err
	}
	registry := &interceptor.Registry{}
	if !plain {
		if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil { // sender reports, NACK
			return nil, video, audio, err
		}
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings)), video, audio, nil
}

type session struct {
	number int
	single bool // parameter sets go in packets of their own, as OBS sends them
	report bool
	answer chan string
}

// readFeedback lets the interceptors see what comes back: they answer NACK. Requests for a keyframe are left to the file, which
// has one every second.
func readFeedback(sender *webrtc.RTPSender) {
	for {
		if _, _, err := sender.ReadRTCP(); err != nil {
			return
		}
	}
}

func addTrack(connection *webrtc.PeerConnection, codec webrtc.RTPCodecCapability, kind, stream string) (*webrtc.TrackLocalStaticRTP, error) {
	track, err := webrtc.NewTrackLocalStaticRTP(codec, kind, stream)
	if err != nil {
		return nil, err
	}
	transceiver, err := connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, err
	}
	go readFeedback(transceiver.Sender())
	return track, nil
}

func (s *session) run(pictures []picture, packets [][]byte, stop <-chan struct{}) error {
	api, videoCodec, audioCodec, err := api(false, usualVideoType)
	if err != nil {
		return err
	}
	connection, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	defer connection.Close()
	connected := make(chan struct{})
	var once sync.Once
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(connected) })
		}
	})
	audio, err := addTrack(connection, audioCodec, "audio", fmt.Sprintf("session%d", s.number))
	if err != nil {
		return err
	}
	video, err := addTrack(connection, videoCodec, "video", fmt.Sprintf("session%d", s.number))
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
	<-gathered
	say(line{Event: "offer", Session: s.number, SDP: connection.LocalDescription().SDP})
	select {
	case sdp := <-s.answer:
		if err = connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
			return err
		}
	case <-stop:
		return nil
	}
	select {
	case <-connected:
	case <-stop:
		return nil
	case <-time.After(15 * time.Second):
		return errors.New("not connected after 15 s")
	}
	say(line{Event: "connected", Session: s.number})
	start := time.Now()
	var tracks sync.WaitGroup
	tracks.Add(2)
	go func() { defer tracks.Done(); s.sendAudio(audio, packets, start, stop) }()
	go func() { defer tracks.Done(); s.sendVideo(video, pictures, start, stop) }()
	tracks.Wait()
	return nil
}

// until waits for the time; false when the program ends meanwhile.
func until(due time.Time, stop <-chan struct{}) bool {
	select {
	case <-stop:
		return false
	case <-time.After(time.Until(due)):
		return true
	}
}

func (s *session) sendAudio(track *webrtc.TrackLocalStaticRTP, packets [][]byte, start time.Time, stop <-chan struct{}) {
	for i := 0; until(start.Add(time.Duration(i)*20*time.Millisecond), stop); i++ {
		packet := rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: uint16(40000 + i), Timestamp: uint32(4_294_500_000 + i*opusSamples), Marker: i == 0},
			Payload: packets[i%len(packets)],
		}
		track.WriteRTP(&packet)
		if s.report {
			say(line{Event: "sent", Session: s.number, Kind: "audio", Index: i, Nanoseconds: monotonic()})
		}
	}
}

func (s *session) sendVideo(track *webrtc.TrackLocalStaticRTP, pictures []picture, start time.Time, stop <-chan struct{}) {
	payloader := &codecs.H264Payloader{}
	sequence := uint16(65000) // it wraps within seconds, as the time stamps do
	for i := 0; until(start.Add(time.Duration(i)*time.Second/pictureRate), stop); i++ {
		var annexB []byte
		var payloads [][]byte
		for _, nal := range pictures[i%len(pictures)] {
			if kind := nal[0] & 31; s.single && (kind == 7 || kind == 8) {
				payloads = append(payloads, nal)
				continue
			}
			annexB = append(append(annexB, 0, 0, 0, 1), nal...)
		}
		payloads = append(payloads, payloader.Payload(mtu-12, annexB)...)
		for j, payload := range payloads {
			packet := rtp.Packet{
				Header:  rtp.Header{Version: 2, SequenceNumber: sequence, Timestamp: uint32(4_294_000_000 + i*videoRate/pictureRate), Marker: j == len(payloads)-1},
				Payload: payload,
			}
			sequence++
			track.WriteRTP(&packet)
		}
		if s.report {
			say(line{Event: "sent", Session: s.number, Kind: "video", Index: i, Nanoseconds: monotonic()})
		}
	}
}

func main() {
	count := flag.Int("n", 1, "number of sessions")
	videoFile := flag.String("video", "", "H.264 Annex B file of 30 pictures per second, no B-frames")
	audioFile := flag.String("audio", "", "Ogg Opus file of 20 ms packets")
	report := flag.Bool("report", false, "say when each picture and Opus packet has been sent")
	whip := flag.String("whip", "", "publish by WHIP to this address instead of signalling by lines")
	whep := flag.String("whep", "", "play by WHEP from this address and write what comes to the two files")
	token := flag.String("token", "", "bearer token for the two")
	obs := flag.Bool("obs", false, "with -whip: offer, and packets, as OBS has them")
	flag.Parse()
	if *whep != "" {
		exit(play(&resource{address: *whep, token: *token}, *videoFile, *audioFile))
	}
	pictures, err := readH264(*videoFile)
	if err == nil {
		var packets [][]byte
		if packets, err = readOgg(*audioFile); err == nil {
			if *whip != "" {
				err = publishByWhip(&resource{address: *whip, token: *token}, *obs, pictures, packets)
			} else {
				err = publish(*count, *report, pictures, packets)
			}
		}
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func publish(count int, report bool, pictures []picture, packets [][]byte) error {
	stop := make(chan struct{})
	sessions := make([]*session, count)
	failures := make(chan error, count)
	for i := range sessions {
		sessions[i] = &session{number: i, report: report, answer: make(chan string, 1)}
		go func(s *session) { failures <- s.run(pictures, packets, stop) }(sessions[i])
	}
	go func() {
		input := bufio.NewScanner(os.Stdin)
		input.Buffer(nil, 1<<20)
		for input.Scan() {
			var answer line
			if json.Unmarshal(input.Bytes(), &answer) == nil && answer.Session >= 0 && answer.Session < count {
				sessions[answer.Session].answer <- answer.SDP
			}
		}
		close(stop)
	}()
	var first error
	for range sessions {
		if err := <-failures; err != nil {
			say(line{Event: "failed", Reason: err.Error()})
			first = err
		}
	}
	return first
}
