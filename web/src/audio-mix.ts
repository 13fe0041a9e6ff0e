/** Several sounds as one track. */
export class AudioMix {
  private readonly context = new AudioContext();
  private readonly destination = this.context.createMediaStreamDestination();

  /** The tracks stay the caller's. */
  constructor(tracks: readonly MediaStreamTrack[]) {
    for (const track of tracks) {
      this.context.createMediaStreamSource(new MediaStream([track])).connect(this.destination);
    }
  }

  get track(): MediaStreamTrack {
    const [track] = this.destination.stream.getAudioTracks();
    if (track === undefined) {
      throw new Error('The browser’s audio mixer has no output.');
    }

    return track;
  }

  close(): void {
    void this.context.close();
  }
}
