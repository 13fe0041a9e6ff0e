using MediaGateway.Media.Frames;
using MediaGateway.Media.G711;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Opus;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>
/// A player: takes the frames of a transcoder, checks that their stamps follow one another to the tick, and decodes them.
/// </summary>
internal sealed class TestListener : IDisposable
{
    private readonly AudioDecoder? _decoder;
    private readonly OpusDecoder? _opus;
    private readonly float[] _pcm = new float[OpusDecoder.LongestPacket * 2];
    private readonly TrackFormat _format;

    public TestListener(TrackFormat format)
    {
        _format = format;
        (Rate, FrameSamples) = format switch
        {
            AacFormat => (48_000, 1024),
            OpusFormat => (48_000, 960),
            PlainAudioFormat { Codec: CodecId.Speex } => (16_000, 320),
            _ => (8000, 160),
        };
        _opus = format is OpusFormat ? new OpusDecoder() : null;
        _decoder = format switch
        {
            AacFormat aac => new AudioDecoder(new(["aac"], AvCodec.AV_CODEC_ID_AAC, Rate, 2, aac.AudioSpecificConfig)),
            PlainAudioFormat { Codec: CodecId.Speex } => new AudioDecoder(new(["libspeex"], AvCodec.AV_CODEC_ID_SPEEX, Rate, 1, default)),
            _ => null,
        };
    }

    public int Rate { get; }

    public int FrameSamples { get; }

    public int Frames { get; private set; }

    /// <summary>The first frame's stamp, in samples.</summary>
    public long FirstStamp { get; private set; }

    public List<float> Left { get; } = [];

    public List<float> Right { get; } = [];

    public List<int> Lengths { get; } = [];

    /// <summary>Where the sound ends, in seconds.</summary>
    public double End => (FirstStamp + Left.Count) / (double)Rate;

    public void Take(IAudioTranscoder transcoder)
    {
        while (transcoder.TryTake(out MediaFrame? frame) && frame is not null)
        {
            FirstStamp = Frames == 0 ? frame.Presentation.Value : FirstStamp;
            Assert.Equal(new MediaTime(FirstStamp + ((long)Frames * FrameSamples), Rate), frame.Presentation);
            Assert.Equal(frame.Presentation, frame.Decoding);
            Assert.Same(transcoder.OutputFormat, frame.Format);
            Frames++;
            Lengths.Add(frame.Length);
            Hear(frame.Payload);
            frame.Release();
        }
    }

    /// <summary>The sound of one channel from a time on, with the rate of the codec.</summary>
    public float[] Heard(double from, double seconds, bool isRight = false) =>
        (isRight ? Right : Left).GetRange((int)Math.Round(from * Rate) - (int)FirstStamp, (int)(seconds * Rate)).ToArray();

    public void Hear(ReadOnlySpan<byte> payload)
    {
        int before = Left.Count;
        switch (_format)
        {
            case OpusFormat:
                int samples = _opus!.Decode(payload, _pcm);
                Left.AddRange(Sound.Channel(_pcm, 0, samples));
                Right.AddRange(Sound.Channel(_pcm, 1, samples));
                break;
            case PlainAudioFormat { Codec: CodecId.Pcma or CodecId.Pcmu } g711:
                foreach (byte code in payload)
                {
                    Left.Add(PcmSample.ToFloat(g711.Codec == CodecId.Pcma ? ALaw.Decode(code) : MuLaw.Decode(code)));
                }

                Right.AddRange(Left[before..]);
                break;
            default:
                Assert.True(_decoder!.Send(payload));
                while (_decoder.TryReceive())
                {
                    Append(_decoder, 0, Left);
                    Append(_decoder, _decoder.Channels - 1, Right);
                }

                break;
        }

        Assert.Equal(FrameSamples, Left.Count - before);
    }

    public void Dispose()
    {
        _decoder?.Dispose();
        _opus?.Dispose();
    }

    private static void Append(AudioDecoder decoder, int channel, List<float> to)
    {
        float[] samples = new float[decoder.Samples];
        Assert.True(decoder.TryAdd(channel, 1, samples));
        to.AddRange(samples);
    }
}
