using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>The payload format of a codec whose pictures are decoded in the gateway. Keeps nothing between calls.</summary>
internal interface IVideoDepacketizer
{
    /// <summary>The codec.</summary>
    CodecId Codec { get; }

    /// <summary>What begins with a payload, as far as it can be said without the packets before it.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="pixels">The size of a keyframe's pictures; 0 when the payload does not say.</param>
    PictureStart StartOf(ReadOnlySpan<byte> payload, out long pixels);

    /// <summary>Adds what a payload carries. The picture holds its packet already, where it starts at <paramref name="offset"/>.</summary>
    /// <returns>False: the payload breaks the format, or a bound of the picture.</returns>
    bool TryAdd(ReadOnlySpan<byte> payload, int offset, PictureBuilder picture);
}
