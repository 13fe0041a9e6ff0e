using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Load;

/// <summary>The sound of publishers over WebRTC: real Opus of 20 ms a packet, which a server can decode; a chord under noise, encoded once.
/// Pure tones would not do: FFmpeg's AAC encoder takes three times as long for them as for speech, or half as long, as its coder is.</summary>
internal static class LoadSound
{
    /// <summary>What the packets are.</summary>
    public static readonly OpusFormat Format = new(2);

    /// <summary>The duration of a packet.</summary>
    public static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private const int PacketSamples = 960;
    private const int Packets = 100;

    /// <summary>Two seconds of packets, to be sent over and over.</summary>
    /// <exception cref="LoadException">libopus is missing.</exception>
    public static IReadOnlyList<byte[]> Encode(BufferPool pool)
    {
        try
        {
            // Sixteen bits a sample, both channels alike: the input is G.711, which the transcoders take without another library.
            var factory = new AudioTranscoderFactory(pool, new AacEncoderOptions());
            using IAudioTranscoder transcoder = factory.Create(new PlainAudioFormat(CodecId.Pcmu, 8000, 1, 0x82), CodecId.Opus);
            List<byte[]> packets = [];
            var chance = new Random(1); // the same sound in every run
            for (int packet = 0; packets.Count < Packets; packet++)
            {
                Push(transcoder, pool, packet, chance);
                while (transcoder.TryTake(out MediaFrame? frame))
                {
                    packets.Add(frame!.Payload.ToArray()); // not null: the call said true
                    frame.Release();
                }
            }

            return packets;
        }
        catch (DllNotFoundException exception)
        {
            throw new LoadException($"Sound cannot be made: {exception.Message}");
        }
    }

    private static void Push(IAudioTranscoder transcoder, BufferPool pool, int packet, Random chance)
    {
        const int Samples = PacketSamples / 6; // 8 kHz
        PooledBuffer buffer = pool.Rent(Samples, BufferOwner.Frame);
        for (int index = 0; index < Samples; index++)
        {
            double seconds = ((packet * Samples) + index) / 8000.0;
            double sound = ((Math.Sin(seconds * 2 * Math.PI * 440) + Math.Sin(seconds * 2 * Math.PI * 554)) * 0.15) + (chance.NextDouble() * 0.1) - 0.05;
            buffer.Span[index] = Media.G711.MuLaw.Encode((short)(sound * short.MaxValue));
        }

        var time = new MediaTime((long)packet * Samples, 8000);
        var frame = new MediaFrame(new PlainAudioFormat(CodecId.Pcmu, 8000, 1, 0x82), time, time, isKeyframe: true, buffer, 0, Samples, default);
        transcoder.Push(frame);
        frame.Release();
    }
}
