using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Opus;

namespace MediaGateway.Media.Flv;

/// <summary>
/// Frames and formats as bodies of FLV tags, which RTMP carries as its messages: a short header, then the payload as it is. Stateless.
/// </summary>
public static class FlvTagBody
{
    /// <summary>The most bytes that stand before a payload.</summary>
    public const int LongestHeader = 8;

    // Enhanced RTMP v2, ExAudioTagHeader: 9, then the packet type.
    private const byte EnhancedSequenceStart = 0x90;
    private const byte EnhancedCodedFrames = 0x91;

    /// <summary>Whether tracks of this format begin with a tag that configures the decoder.</summary>
    public static bool HasConfiguration(TrackFormat format) => format switch
    {
        H264Format or AacFormat or OpusFormat => true,
        FlvTagFormat tag => !tag.SequenceTag.IsEmpty,
        _ => false,
    };

    /// <summary>Writes what stands before a frame's payload; returns its bytes, at most <see cref="LongestHeader"/>.</summary>
    public static int WriteHeader(MediaFrame frame, Span<byte> header)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return WriteHeader(frame.Format, frame.Presentation, frame.Decoding, frame.IsKeyframe, header);
    }

    /// <summary>The same of a frame that is no object.</summary>
    public static int WriteHeader(TrackFormat format, MediaTime presentation, MediaTime decoding, bool isKeyframe, Span<byte> header)
    {
        switch (format)
        {
            case H264Format:
                // Both rounded on their own, so that decoding time plus this is the rounded presentation time.
                long composition = presentation.ToMilliseconds() - decoding.ToMilliseconds();
                int clamped = (int)Math.Clamp(composition, int.MinValue, int.MaxValue);
                new FlvVideoTag(isKeyframe, FlvPacketType.Frame, clamped).Write(header);
                return FlvVideoTag.Length;
            case AacFormat:
                new FlvAudioTag(FlvPacketType.Frame).Write(header);
                return FlvAudioTag.Length;
            case OpusFormat:
                return WriteOpusHeader(header, EnhancedCodedFrames);
            case PlainAudioFormat plain:
                header[0] = plain.FlvHeader;
                return 1;
            default:
                return 0; // The payload is the whole body.
        }
    }

    /// <summary>Writes what stands before a track's configuration; returns its bytes, at most <see cref="LongestHeader"/>.</summary>
    /// <param name="format">A format that <see cref="HasConfiguration"/>.</param>
    /// <param name="header">Where to.</param>
    /// <param name="configuration">What follows the header.</param>
    public static int WriteConfigurationHeader(TrackFormat format, Span<byte> header, out ReadOnlySpan<byte> configuration)
    {
        ArgumentNullException.ThrowIfNull(format);
        switch (format)
        {
            case H264Format video:
                new FlvVideoTag(IsKeyframe: true, FlvPacketType.SequenceHeader, CompositionMilliseconds: 0).Write(header);
                configuration = video.ConfigurationRecord.Span;
                return FlvVideoTag.Length;
            case AacFormat audio:
                new FlvAudioTag(FlvPacketType.SequenceHeader).Write(header);
                configuration = audio.AudioSpecificConfig.Span;
                return FlvAudioTag.Length;
            case OpusFormat audio:
                configuration = OpusIdentification.Of(audio.Channels);
                return WriteOpusHeader(header, EnhancedSequenceStart);
            case FlvTagFormat opaque when !opaque.SequenceTag.IsEmpty:
                configuration = opaque.SequenceTag.Span;
                return 0;
            default:
                throw new ArgumentException($"Tracks of {format.Codec} have no sequence header.", nameof(format));
        }
    }

    private static int WriteOpusHeader(Span<byte> header, byte first)
    {
        header[0] = first;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], FourCc.CodeOf(CodecId.Opus));
        return 1 + FourCc.Length;
    }
}
