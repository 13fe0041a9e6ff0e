// The camera and microphone of a test: a canvas and Web Audio instead of devices. Evaluated before the page's own scripts.
// The picture's layout is that of Analysis/TestPattern.cs.
(() => {
  const pictureRate = 30;
  const flashPictures = 3;
  const blocks = 16;
  const size = { width: 640, height: 360 };
  const peers = [];
  const drawnAt = new Map();

  const canvas = document.createElement('canvas');
  Object.assign(canvas, size);
  const context = canvas.getContext('2d', { alpha: false });

  const draw = (index) => {
    const { width, height } = canvas;
    const counter = index & ((1 << (blocks - 2)) - 1);
    const shade = (white) => (white ? '#ffffff' : '#101010');
    context.fillStyle = shade(index % pictureRate < flashPictures);
    context.fillRect(0, height / 4, width, height / 2);
    for (let block = 0; block < blocks; block++) {
      const white = block === 0 || (block > 1 && ((counter >> (blocks - 1 - block)) & 1) === 1);
      const left = Math.floor((block * width) / blocks);
      const right = Math.floor(((block + 1) * width) / blocks);
      context.fillStyle = shade(white);
      context.fillRect(left, 0, right - left, height / 4);
      context.fillStyle = shade(!white);
      context.fillRect(left, (height * 3) / 4, right - left, height / 4);
    }
  };

  let opened;

  // One second of sound that repeats; pictures follow its clock.
  const open = async () => {
    const audio = new AudioContext({ sampleRate: 48000 });
    await audio.resume();
    const second = audio.createBuffer(1, audio.sampleRate, audio.sampleRate);
    const samples = second.getChannelData(0);
    for (let i = 0; i < audio.sampleRate / 10; i++) {
      samples[i] = 0.5 * Math.sin((2 * Math.PI * 1000 * i) / audio.sampleRate);
    }
    const beeps = new AudioBufferSourceNode(audio, { buffer: second, loop: true });
    const microphone = audio.createMediaStreamDestination();
    beeps.connect(microphone);
    const start = audio.currentTime + 0.2;
    beeps.start(start);

    const camera = canvas.captureStream(0).getVideoTracks()[0];
    let last = -1;
    const step = () => {
      const index = Math.floor((audio.currentTime - start) * pictureRate);
      if (index > last && index >= 0) {
        last = index;
        draw(index);
        drawnAt.set(index & ((1 << (blocks - 2)) - 1), performance.now());
        camera.requestFrame();
      }
      requestAnimationFrame(step);
    };
    step();
    return new MediaStream([camera, ...microphone.stream.getAudioTracks()]);
  };

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    opened ??= open();
    const tracks = (await opened).getTracks().filter((track) => constraints?.[track.kind]);
    return new MediaStream(tracks.map((track) => track.clone()));
  };

  const PeerConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends PeerConnection {
    constructor(...parameters) {
      super(...parameters);
      peers.push(this);
    }
  };

  window.flashAndBeep = {
    // When the picture of that number was drawn, by performance.now(); undefined: never.
    drawnAt: (counter) => drawnAt.get(counter),

    // A direct call from this page to itself, of the same camera and microphone; resolves to its receiving connection.
    callItself: async (video) => {
      const [sender, receiver] = [new PeerConnection(), new PeerConnection()];
      sender.onicecandidate = (event) => receiver.addIceCandidate(event.candidate);
      receiver.onicecandidate = (event) => sender.addIceCandidate(event.candidate);
      const stream = new MediaStream();
      receiver.ontrack = (event) => {
        stream.addTrack(event.track);
        video.srcObject = stream;
      };
      const source = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      for (const track of source.getTracks()) sender.addTrack(track, source);
      const transceiver = sender.getTransceivers().find((one) => one.sender.track.kind === 'video');
      const isH264 = (codec) => codec.mimeType === 'video/H264' || codec.mimeType === 'video/rtx';
      transceiver.setCodecPreferences(RTCRtpSender.getCapabilities('video').codecs.filter(isH264));
      await sender.setLocalDescription();
      await receiver.setRemoteDescription(sender.localDescription);
      await receiver.setLocalDescription();
      await sender.setRemoteDescription(receiver.localDescription);
      return receiver;
    },

    // The newest connection that receives pictures; waits for the first picture, which may come after the sound.
    receivingPeer: async () => {
      for (;;) {
        for (const peer of [...peers].reverse()) {
          const report = await peer.getStats();
          if ([...report.values()].some((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video')) return peer;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },

    // Changes the camera's resolution while it runs.
    resize: (width, height) => Object.assign(canvas, { width, height }),

    // Records the very same source with the browser's own recorder; resolves to a WebM file in base64.
    record: async (milliseconds) => {
      const stream = await opened;
      const recorder = new MediaRecorder(stream, { mimeType: 'video/webm;codecs=vp8,pcm', videoBitsPerSecond: 1_000_000 });
      const parts = [];
      recorder.ondataavailable = (event) => parts.push(event.data);
      const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
      recorder.start();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      recorder.stop();
      await stopped;
      const file = new FileReader();
      const read = new Promise((resolve) => { file.onload = resolve; });
      file.readAsDataURL(new Blob(parts));
      await read;
      return file.result.split(',')[1];
    },

    // What the newest sending connection sends: SSRC and payload type of each kind.
    senders: async () => {
      const sending = peers.filter((peer) => peer.getSenders().some((sender) => sender.track !== null));
      const report = await sending[sending.length - 1].getStats();
      return [...report.values()]
        .filter((entry) => entry.type === 'outbound-rtp')
        .map((entry) => ({ kind: entry.kind, ssrc: entry.ssrc, payloadType: report.get(entry.codecId)?.payloadType ?? -1 }));
    },
  };
})();
