using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Load;

/// <summary>The sound of publishers over WebRTC: real Opus of 20 ms a packet, which a server can decode; noise of the whole band under a chord, another in
/// each channel, encoded once. Pure tones would not do: FFmpeg's AAC encoder takes three times as long for them as for speech, or half as long, as its
/// coder is. Nor would the narrow band of a telephone, of which it makes nothing but silence above 4 kHz, at a third of the cost.</summary>
internal static class LoadSound
{
    /// <summary>What the packets are.</summary>
    public static readonly OpusFormat Format = new(2);

    /// <summary>The duration of a packet.</summary>
    public static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private const int Packets = 100;
    private const int Channels = 2;

    /// <summary>Makes the noise a quarter of full scale on average.</summary>
    private const double NoiseLevel = 0.14;

    // G.711 of both channels and the whole band: the transcoders take it without another library.
    private static readonly PlainAudioFormat Source = new(CodecId.Pcmu, OpusFormat.ClockRate, Channels, 0x82);

    /// <summary>Two seconds of packets, to be sent over and over.</summary>
    /// <exception cref="LoadException">libopus is missing.</exception>
    public static IReadOnlyList<byte[]> Encode(BufferPool pool)
    {
        try
        {
            var factory = new AudioTranscoderFactory(pool, new AacEncoderOptions());
            using IAudioTranscoder transcoder = factory.Create(Source, CodecId.Opus);
            List<byte[]> packets = [];
            PinkNoise[] noise = [new(1), new(2)];
            for (int packet = 0; packets.Count < Packets; packet++)
            {
                Push(transcoder, pool, packet, noise);
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

    private static void Push(IAudioTranscoder transcoder, BufferPool pool, int packet, PinkNoise[] noise)
    {
        int samples = (int)(PacketTime.TotalSeconds * Source.SampleRate);
        PooledBuffer buffer = pool.Rent(samples * Channels, BufferOwner.Frame);
        for (int index = 0; index < samples; index++)
        {
            double seconds = ((packet * samples) + index) / (double)Source.SampleRate;
            double chord = (Math.Sin(seconds * 2 * Math.PI * 440) + Math.Sin(seconds * 2 * Math.PI * 554)) * 0.1;
            for (int channel = 0; channel < Channels; channel++)
            {
                double sound = Math.Clamp(chord + (noise[channel].Next() * NoiseLevel), -1, 1);
                buffer.Span[(index * Channels) + channel] = Media.G711.MuLaw.Encode((short)(sound * short.MaxValue));
            }
        }

        var time = new MediaTime((long)packet * samples, Source.SampleRate);
        var frame = new MediaFrame(Source, time, time, isKeyframe: true, buffer, 0, samples * Channels, default);
        transcoder.Push(frame);
        frame.Release();
    }
}
