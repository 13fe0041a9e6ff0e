using MediaGateway.Media.Amf;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>What the gateway itself can do of Enhanced RTMP v2, as properties of a connect command or its answer.</summary>
internal static class EnhancedAbilities
{
    private const int Forwards = RtmpPeerCapabilities.CanForwardBit;
    private const int Extensions = RtmpPeerCapabilities.ReconnectBit | RtmpPeerCapabilities.MultitrackBit | RtmpPeerCapabilities.ModExBit;

    private static readonly CodecId[] Video = [CodecId.H264, CodecId.Hevc, CodecId.Vvc, CodecId.Av1, CodecId.Vp8, CodecId.Vp9];
    private static readonly CodecId[] Audio = [CodecId.Aac, CodecId.Opus, CodecId.Mp3, CodecId.Ac3, CodecId.Eac3, CodecId.Flac];

    /// <summary>Writes the properties into the object that is open.</summary>
    public static void Write(Amf0Writer writer)
    {
        writer.WritePropertyName("fourCcList");
        writer.WriteStrictArrayStart(Video.Length + Audio.Length);
        foreach (CodecId codec in (ReadOnlySpan<CodecId>)[.. Video, .. Audio])
        {
            writer.WriteString(FourCc.TextOf(codec));
        }

        WriteMap(writer, "videoFourCcInfoMap", Video);
        WriteMap(writer, "audioFourCcInfoMap", Audio);
        writer.WriteProperty("capsEx", Extensions);
    }

    private static void WriteMap(Amf0Writer writer, string name, CodecId[] codecs)
    {
        writer.WritePropertyName(name);
        writer.WriteObjectStart();
        foreach (CodecId codec in codecs)
        {
            writer.WriteProperty(FourCc.TextOf(codec), Forwards);
        }

        writer.WriteObjectEnd();
    }
}
