using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Flv;

/// <summary>
/// The properties of <c>onMetaData</c> (Video File Format v10.1, E.5; Enhanced RTMP v2, Enhancing onMetaData) for a receiver: codecs,
/// sizes and rates of exactly the tracks that it gets, and beside them what the publisher said.
/// </summary>
public static class FlvMetadata
{
    // AAC decoders give 16-bit samples, and so does every other codec here.
    private const int AudioSampleBits = 16;

    /// <summary>The name of the data tag that describes the stream.</summary>
    public const string Name = "onMetaData";

    private const string EncoderName = "MediaGateway";
    private const string Encoder = "encoder";

    // What only a recording has. A duration makes players take the stream for one.
    private static readonly HashSet<string> OfRecordings = new(StringComparer.OrdinalIgnoreCase)
    {
        "duration", "filesize", "datasize", "videosize", "audiosize", "keyframes", "hasKeyframes", "hasMetadata", "hasVideo", "hasAudio",
        "hasCuePoints", "canSeekToEnd", "lasttimestamp", "lastkeyframetimestamp", "lastkeyframelocation", "lastkeyframe", "cuePoints", "seekpoints",
        FlvFileHead.PaddingName,
    };

    private static readonly HashSet<string> OfVideo = new(StringComparer.OrdinalIgnoreCase)
    {
        "width", "height", "videocodecid", "videodatarate", "framerate", "videoframerate",
    };

    // Multichannel layouts are written as 2.1, 3.1, 4.0, ... by OBS.
    private static readonly HashSet<string> OfAudio = new(StringComparer.OrdinalIgnoreCase)
    {
        "audiocodecid", "audiosamplerate", "audiosamplesize", "audiodatarate", "audiochannels", "stereo",
        "2.1", "3.1", "4.0", "4.1", "5.1", "7.1",
    };

    private static readonly HashSet<string> OfTracks = new(StringComparer.OrdinalIgnoreCase) { "audioTrackIdInfoMap", "videoTrackIdInfoMap" };

    // True of the publisher's sound only, which may have been transcoded, so never passed on.
    private static readonly HashSet<string> OfPublishersSound = new(StringComparer.OrdinalIgnoreCase)
    {
        "audiodatarate", "audiochannels", "2.1", "3.1", "4.0", "4.1", "5.1", "7.1",
    };

    /// <summary>All properties, ours first.</summary>
    /// <param name="formats">The formats of the tracks that the receiver gets.</param>
    /// <param name="publisher">What the publisher said; null when it said nothing.</param>
    public static AmfEcmaArray Build(IReadOnlyList<TrackFormat> formats, StreamMetadata? publisher)
    {
        ArgumentNullException.ThrowIfNull(formats);
        List<KeyValuePair<string, AmfValue>> properties = [];
        (bool hasVideo, bool hasAudio, bool hasTracks) = (false, false, false);
        foreach (TrackFormat format in formats)
        {
            if (format is FlvTagFormat { TrackId: > 0 })
            {
                hasTracks = true;
                continue;
            }

            hasVideo |= format.Kind == TrackKind.Video;
            hasAudio |= format.Kind == TrackKind.Audio;
            AddTrack(properties, format);
        }

        foreach ((string name, AmfValue value) in publisher?.Properties ?? [])
        {
            bool isLeftOut = OfRecordings.Contains(name)
                || OfPublishersSound.Contains(name)
                || (OfVideo.Contains(name) && !hasVideo)
                || (OfAudio.Contains(name) && !hasAudio)
                || (OfTracks.Contains(name) && !hasTracks);
            if (!isLeftOut && !Has(properties, name))
            {
                properties.Add(new KeyValuePair<string, AmfValue>(name, value));
            }
        }

        if (!Has(properties, Encoder))
        {
            properties.Add(new KeyValuePair<string, AmfValue>(Encoder, new AmfString(EncoderName)));
        }

        return new AmfEcmaArray(properties);
    }

    private static void AddTrack(List<KeyValuePair<string, AmfValue>> properties, TrackFormat format)
    {
        switch (format)
        {
            case H264Format video:
                // A size that nobody could read is better taken from the publisher's words.
                AddNumber(properties, "width", video.Width);
                AddNumber(properties, "height", video.Height);
                AddNumber(properties, "videocodecid", FlvVideoTag.AvcCodecId);
                break;
            case FlvTagFormat { Kind: TrackKind.Video } video:
                AddNumber(properties, "videocodecid", video.IsEnhanced ? FourCc.CodeOf(video.Codec) : FlvVideoCodec.IdOf(video.Codec) ?? 0);
                break;
            case AacFormat audio:
                AddSound(properties, FlvAudioTag.AacSoundFormat, audio.SampleRate, audio.Channels);
                break;
            case PlainAudioFormat audio:
                AddSound(properties, audio.FlvHeader >> 4, audio.SampleRate, audio.Channels);
                break;
            case OpusFormat audio:
                AddSound(properties, FourCc.CodeOf(CodecId.Opus), OpusFormat.ClockRate, audio.Channels);
                break;
            case FlvTagFormat { Kind: TrackKind.Audio } audio:
                AddNumber(properties, "audiocodecid", AudioCodecId(audio));
                break;
            default:
                break;
        }
    }

    private static double AudioCodecId(FlvTagFormat audio) => audio.Codec switch
    {
        CodecId.Adpcm => (double)FlvSoundFormat.Adpcm,
        CodecId.LinearPcm => (double)FlvSoundFormat.LinearPcm,
        _ => FourCc.CodeOf(audio.Codec),
    };

    private static void AddSound(List<KeyValuePair<string, AmfValue>> properties, double codecId, int sampleRate, int channels)
    {
        AddNumber(properties, "audiocodecid", codecId);
        AddNumber(properties, "audiosamplerate", sampleRate);
        AddNumber(properties, "audiosamplesize", AudioSampleBits);
        properties.Add(new KeyValuePair<string, AmfValue>("stereo", new AmfBoolean(channels > 1)));
    }

    private static void AddNumber(List<KeyValuePair<string, AmfValue>> properties, string name, double value)
    {
        if (value > 0)
        {
            properties.Add(new KeyValuePair<string, AmfValue>(name, new AmfNumber(value)));
        }
    }

    private static bool Has(List<KeyValuePair<string, AmfValue>> properties, string name) =>
        properties.Exists(property => string.Equals(property.Key, name, StringComparison.OrdinalIgnoreCase));
}
