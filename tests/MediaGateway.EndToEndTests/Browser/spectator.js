// Somebody who watches a <video> of a remote stream: reads the numbers of its pictures and hears its beeps, with the times at which they
// are shown and heard. Evaluated before the page's own scripts; the picture's layout is that of Analysis/TestPattern.cs.
(() => {
  const blocks = 16;
  const quietSeconds = 0.3;

  // Looks at single pixels of the middle of each block, where no codec blurs.
  const read = (context, video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (context.canvas.width !== width) context.canvas.width = width;
    if (context.canvas.height !== height) context.canvas.height = height;
    context.drawImage(video, 0, 0);
    const light = (block, share) =>
      context.getImageData(Math.floor(((block + 0.5) * width) / blocks), Math.floor(height * share), 1, 1).data[1];
    let number = 0;
    for (let block = 0; block < blocks; block++) {
      const white = light(block, 0.1) > 128;
      if (white === light(block, 0.9) > 128 || (block < 2 && white !== (block === 0))) return { counter: null, flash: false };
      if (block > 1) number = number * 2 + (white ? 1 : 0);
    }
    return { counter: number, flash: light(8, 0.5) > 128 };
  };

  const listener = `registerProcessor('beeps', class extends AudioWorkletProcessor {
    constructor() { super(); this.lastLoud = -Infinity; this.peak = 0.05; }
    process([input]) {
      for (const samples of input.slice(0, 1)) {
        for (let i = 0; i < samples.length; i++) {
          const at = currentTime + i / sampleRate;
          const level = Math.abs(samples[i]);
          this.peak = Math.max(this.peak, level);
          if (level < this.peak / 3) continue;
          if (at - this.lastLoud > ${quietSeconds}) this.port.postMessage(at);
          this.lastLoud = at;
        }
      }
      return true;
    }
  });`;

  window.spectator = {
    // Plays by WHEP into a video element; resolves to the connection once the answer is accepted. `whepResource` is what DELETE ends.
    // With a port the media go there, whatever port the gateway names.
    playWhep: async (address, video, port) => {
      const peer = new RTCPeerConnection();
      const stream = new MediaStream();
      video.srcObject = stream;
      peer.ontrack = (event) => stream.addTrack(event.track);
      peer.addTransceiver('video', { direction: 'recvonly' });
      peer.addTransceiver('audio', { direction: 'recvonly' });
      await peer.setLocalDescription();
      const answer = await fetch(address, { method: 'POST', body: peer.localDescription.sdp, headers: { 'Content-Type': 'application/sdp' } });
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
      window.whepResource = new URL(answer.headers.get('Location'), address).href;
      const sdp = (await answer.text()).replace(/^(a=candidate:.* )\d+( typ )/gm, (line, head, tail) => (port ? `${head}${port}${tail}` : line));
      await peer.setRemoteDescription({ type: 'answer', sdp });
      return peer;
    },

    // Looks at a video element whatever feeds it; an object with the pictures so far, the errors that a player adds, and `report()`. A player
    // that sets `date` says by it when the gateway got what is shown.
    look: (video) => {
      const looked = { pictures: [], errors: [], stalls: 0 };
      const context = document.createElement('canvas').getContext('2d', { alpha: false, willReadFrequently: true });
      const onPicture = (now, metadata) => {
        const seen = read(context, video);
        const drawn = seen.counter === null ? undefined : window.flashAndBeep.drawnAt(seen.counter);
        const date = looked.date?.();
        looked.pictures.push({ ...seen, shownAt: metadata.expectedDisplayTime, width: metadata.width,
          delay: date ? Date.now() - date.getTime() : drawn === undefined ? null : metadata.expectedDisplayTime - drawn });
        video.requestVideoFrameCallback(onPicture);
      };
      video.requestVideoFrameCallback(onPicture);
      video.addEventListener('waiting', () => looked.pictures.length > 0 && looked.stalls++);
      looked.report = () => ({
        pictures: looked.pictures.filter((picture) => picture.counter !== null),
        stalls: looked.stalls,
        errors: looked.errors.join(' '),
        protocol: performance.getEntriesByType('resource').findLast((entry) => entry.name.includes('/hls/'))?.nextHopProtocol
          ?? performance.getEntriesByType('navigation')[0].nextHopProtocol,
      });
      return looked;
    },

    // Watches; `peer` is the connection that receives. Resolves to an object whose `report()` tells all that was seen and heard.
    watch: async (video, peer) => {
      const pictures = [];
      const beeps = [];
      const context = document.createElement('canvas').getContext('2d', { alpha: false, willReadFrequently: true });
      const onPicture = (now, metadata) => {
        const seen = read(context, video);
        const drawn = seen.counter === null ? undefined : window.flashAndBeep.drawnAt(seen.counter);
        pictures.push({ ...seen, shownAt: metadata.expectedDisplayTime, delay: drawn === undefined ? null : metadata.expectedDisplayTime - drawn,
          width: metadata.width });
        video.requestVideoFrameCallback(onPicture);
      };
      video.requestVideoFrameCallback(onPicture);

      const audio = new AudioContext({ sampleRate: 48000 });
      await audio.audioWorklet.addModule(URL.createObjectURL(new Blob([listener], { type: 'text/javascript' })));
      await audio.resume();
      const ear = new AudioWorkletNode(audio, 'beeps');
      ear.port.onmessage = (event) => {
        const { contextTime, performanceTime } = audio.getOutputTimestamp();
        beeps.push(performanceTime + (event.data - contextTime) * 1000);
      };
      const hear = () => audio.createMediaStreamSource(video.srcObject).connect(ear);
      if (video.srcObject.getAudioTracks().length > 0) hear();
      else video.srcObject.addEventListener('addtrack', hear, { once: true });

      const statistics = async () => [...(await peer.getStats()).values()];
      const inbound = (entries, kind) => entries.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind) ?? {};

      // By how much the browser itself plays the pictures ahead of the sound, by the sender reports: it leaves up to 30 ms as they are.
      const leads = [];
      const compare = async () => {
        const entries = await statistics();
        const pictures = inbound(entries, 'video').estimatedPlayoutTimestamp;
        const sound = inbound(entries, 'audio').estimatedPlayoutTimestamp;
        if (pictures && sound) leads.push({ at: performance.now(), milliseconds: pictures - sound });
      };
      const timer = setInterval(() => void compare(), 250);
      return {
        count: () => pictures.length,
        report: async () => {
          // Two sender reports of each track have to come first, and a browser that sends sound takes up to ten seconds for two.
          for (let tries = 0; leads.length === 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 250));
          clearInterval(timer);
          const entries = await statistics();
          const picture = inbound(entries, 'video');
          const sound = inbound(entries, 'audio');
          return {
            pictures,
            beeps,
            leads,
            freezeCount: picture.freezeCount ?? 0,
            framesDropped: picture.framesDropped ?? 0,
            framesDecoded: picture.framesDecoded ?? 0,
            keyFramesDecoded: picture.keyFramesDecoded ?? 0,
            repairsReceived: picture.retransmittedPacketsReceived ?? 0,
            packetsLost: (picture.packetsLost ?? 0) + (sound.packetsLost ?? 0),
            concealedSamples: sound.concealedSamples ?? 0,
            silentConcealedSamples: sound.silentConcealedSamples ?? 0,
            totalSamplesReceived: sound.totalSamplesReceived ?? 0,
          };
        },
      };
    },
  };
})();
