using System.Diagnostics;

namespace MediaGateway.Native.Opus;

/// <summary>
/// One Opus stream to 48 kHz stereo, whatever its packets carry (RFC 6716, RFC 7587): mono is doubled. One thread at a time;
/// allocates nothing per packet.
/// </summary>
internal sealed unsafe class OpusDecoder : IDisposable
{
    /// <summary>Samples per second and channel.</summary>
    public const int SampleRate = 48_000;

    /// <summary>Channels of the output.</summary>
    public const int Channels = 2;

    /// <summary>The shortest frame, 2.5 ms: concealment comes in multiples of it.</summary>
    public const int ShortestFrame = 120;

    /// <summary>The longest packet, 120 ms.</summary>
    public const int LongestPacket = 5760;

    private const int MaximumFrames = 48;

    private readonly OpusDecoderHandle _handle;

    public OpusDecoder()
    {
        int error;
        _handle = LibOpus.opus_decoder_create(SampleRate, Channels, &error);
        if (error != LibOpus.OPUS_OK)
        {
            throw new OpusException("opus_decoder_create", error);
        }
    }

    /// <summary>Decodes a packet.</summary>
    /// <param name="packet">The packet, not empty.</param>
    /// <param name="interleaved">Room for <see cref="LongestPacket"/> samples of both channels.</param>
    /// <returns>Samples per channel; 0 for a broken packet, which leaves the decoder usable.</returns>
    public int Decode(ReadOnlySpan<byte> packet, Span<float> interleaved)
    {
        Debug.Assert(interleaved.Length >= LongestPacket * Channels, "a packet may last 120 ms");
        return packet.IsEmpty ? 0 : Math.Max(0, Call(packet, interleaved, LongestPacket, isLost: false));
    }

    /// <summary>Recovers the frame lost just before <paramref name="next"/> from the copy that it carries (RFC 6716 2.1.7).</summary>
    /// <param name="next">A packet for which <see cref="CarriesLostFrame"/> holds.</param>
    /// <param name="interleaved">Receives the samples.</param>
    /// <param name="samples">Samples that were lost: at least one frame of <paramref name="next"/>, a multiple of 2.5 ms.</param>
    public void Recover(ReadOnlySpan<byte> next, Span<float> interleaved, int samples) =>
        Fill(Call(next, interleaved, samples, isLost: true), interleaved, samples);

    /// <summary>Invents a continuation of what was heard last.</summary>
    /// <param name="interleaved">Receives the samples.</param>
    /// <param name="samples">How many, a multiple of 2.5 ms, at most 120 ms.</param>
    public void Conceal(Span<float> interleaved, int samples) =>
        Fill(Call([], interleaved, samples, isLost: false), interleaved, samples);

    /// <summary>
    /// Whether a packet carries a low-bitrate copy of the frame before it: the LBRR flags at the start of a SILK frame
    /// (RFC 6716 4.2.4).
    /// </summary>
    public static bool CarriesLostFrame(ReadOnlySpan<byte> packet)
    {
        // RFC 6716 3.1: configurations 0-11 are SILK, 12-15 hybrid, from 16 on CELT, which has no such copies.
        if (packet.IsEmpty || packet[0] >> 3 >= 16)
        {
            return false;
        }

        byte** frames = stackalloc byte*[MaximumFrames];
        short* sizes = stackalloc short[MaximumFrames];
        fixed (byte* data = packet)
        {
            int count = LibOpus.opus_packet_parse(data, packet.Length, null, frames, sizes, null);
            if (count <= 0 || sizes[0] == 0)
            {
                return false;
            }

            // One bit of voice activity per 20 ms, then the LBRR bit; then the same for the side channel.
            int configuration = packet[0] >> 3;
            int parts = configuration >= 12 ? 1 : Math.Max(1, configuration & 3);
            bool isStereo = (packet[0] & 4) != 0;
            int first = *frames[0];
            bool mid = ((first >> (7 - parts)) & 1) != 0;
            bool side = isStereo && ((first >> (6 - (2 * parts))) & 1) != 0;
            return mid || side;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static void Fill(int decoded, Span<float> interleaved, int samples)
    {
        if (decoded != samples)
        {
            interleaved[..(samples * Channels)].Clear();
        }
    }

    private int Call(ReadOnlySpan<byte> packet, Span<float> interleaved, int samples, bool isLost)
    {
        Debug.Assert(samples % ShortestFrame == 0 && interleaved.Length >= samples * Channels, "whole frames, and room for them");
        fixed (byte* data = packet)
        fixed (float* pcm = interleaved)
        {
            return LibOpus.opus_decode_float(_handle, data, packet.Length, pcm, samples, isLost ? 1 : 0);
        }
    }
}
