using MediaGateway.Media.Amf;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// What a peer can take, as its connect command announced it: the codec bits of RTMP 1.0, 7.2.1.1, and the properties that Enhanced RTMP
/// v2 added to them.
/// </summary>
/// <param name="Codecs">
/// The codecs that it can take. Bits that were not sent count as what every player has known for years: AAC and MP3, and of the rest all
/// that has no way round, but not the telephone codecs, for which there is a better choice.
/// </param>
/// <param name="IsEnhanced">Whether it announced anything of Enhanced RTMP at all. If not, no enhanced message may be sent to it.</param>
/// <param name="TakesReconnect">Whether it can be asked to connect elsewhere.</param>
/// <param name="TakesMultitrack">Whether it takes more than one track of a kind.</param>
public sealed record RtmpPeerCapabilities(CodecSet Codecs, bool IsEnhanced, bool TakesReconnect, bool TakesMultitrack)
{
    // Enhanced RTMP v2, Enhancing NetConnection connect Command: capsEx.
    internal const int ReconnectBit = 0x01;
    internal const int MultitrackBit = 0x02;
    internal const int ModExBit = 0x04;

    // The same, FourCcInfoMask.
    internal const int CanDecodeBit = 0x01;
    internal const int CanForwardBit = 0x04;

    private const string AnyCode = "*";

    /// <summary>The codes looked at; there are twelve.</summary>
    private const int MaximumCodes = 64;

    // RTMP 1.0, 7.2.1.1: audioCodecs. 0x80 and 0x100 are G.711 A-law and mu-law.
    private static readonly (int Bit, CodecId Codec)[] AudioBits =
    [
        (0x001, CodecId.LinearPcm), (0x002, CodecId.Adpcm), (0x004, CodecId.Mp3), (0x020, CodecId.Nellymoser), (0x040, CodecId.Nellymoser),
        (0x080, CodecId.Pcma), (0x100, CodecId.Pcmu), (0x200, CodecId.Nellymoser), (0x400, CodecId.Aac), (0x800, CodecId.Speex),
    ];

    // RTMP 1.0, 7.2.1.1: videoCodecs.
    private static readonly (int Bit, CodecId Codec)[] VideoBits =
    [
        (0x04, CodecId.SorensonSpark), (0x08, CodecId.ScreenVideo), (0x10, CodecId.Vp6), (0x20, CodecId.Vp6Alpha),
        (0x40, CodecId.ScreenVideo2), (0x80, CodecId.H264),
    ];

    private static readonly CodecSet UnsaidAudio = CodecSet.Of(CodecId.Aac, CodecId.Mp3, CodecId.Adpcm, CodecId.LinearPcm);

    private static readonly CodecSet UnsaidVideo = CodecSet.Of(
        CodecId.H264, CodecId.SorensonSpark, CodecId.ScreenVideo, CodecId.ScreenVideo2, CodecId.Vp6, CodecId.Vp6Alpha);

    /// <summary>Those of a peer that announced nothing.</summary>
    public static RtmpPeerCapabilities Plain { get; } = From(null);

    /// <summary>Reads the command object of connect.</summary>
    internal static RtmpPeerCapabilities From(AmfMap? properties)
    {
        CodecSet codecs = CodecSet.Of(CodecId.ScriptData)
            .Union(FromBits(properties?.Find("audioCodecs"), AudioBits, UnsaidAudio))
            .Union(FromBits(properties?.Find("videoCodecs"), VideoBits, UnsaidVideo));
        AmfValue? list = properties?.Find("fourCcList");
        AmfMap? videoMap = properties?.Find("videoFourCcInfoMap") as AmfMap;
        AmfMap? audioMap = properties?.Find("audioFourCcInfoMap") as AmfMap;
        double? announced = properties?.Find("capsEx")?.AsNumber;
        int extensions = announced is >= 0 and <= int.MaxValue ? (int)announced : 0;
        return new RtmpPeerCapabilities(
            codecs.Union(FromList(list)).Union(FromMap(videoMap)).Union(FromMap(audioMap)),
            IsEnhanced: list is AmfStrictArray or AmfMap || videoMap is not null || audioMap is not null || announced is not null,
            TakesReconnect: (extensions & ReconnectBit) != 0,
            TakesMultitrack: (extensions & MultitrackBit) != 0);
    }

    // Nobody connects to take nothing: bits that are all zero were left unset.
    private static CodecSet FromBits(AmfValue? value, (int Bit, CodecId Codec)[] table, CodecSet unsaid)
    {
        if (value?.AsNumber is not (>= 1 and <= int.MaxValue and var number))
        {
            return unsaid;
        }

        CodecSet codecs = CodecSet.Empty;
        foreach ((int bit, CodecId codec) in table)
        {
            codecs = ((int)number & bit) != 0 ? codecs.With(codec) : codecs;
        }

        return codecs;
    }

    // Writers are known that send the strict array as an ECMA array with the indexes for names.
    private static CodecSet FromList(AmfValue? list)
    {
        IEnumerable<AmfValue> values = list switch
        {
            AmfStrictArray array => array.Values,
            AmfMap map => map.Properties.Select(property => property.Value),
            _ => [],
        };
        CodecSet codecs = CodecSet.Empty;
        foreach (AmfValue value in values.Take(MaximumCodes))
        {
            codecs = codecs.Union(Of(value.AsString));
        }

        return codecs;
    }

    private static CodecSet FromMap(AmfMap? map)
    {
        CodecSet codecs = CodecSet.Empty;
        foreach ((string code, AmfValue value) in (map?.Properties ?? []).Take(MaximumCodes))
        {
            bool isTaken = value.AsNumber is >= 0 and <= int.MaxValue and var bits && ((int)bits & (CanDecodeBit | CanForwardBit)) != 0;
            codecs = isTaken ? codecs.Union(Of(code)) : codecs;
        }

        return codecs;
    }

    private static CodecSet Of(string? code)
    {
        if (code == AnyCode)
        {
            return FourCc.AllCodecs;
        }

        return FourCc.TryGetCodec(code, out CodecId codec) ? CodecSet.Of(codec) : CodecSet.Empty;
    }
}
