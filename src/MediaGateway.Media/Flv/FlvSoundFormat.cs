namespace MediaGateway.Media.Flv;

/// <summary>The high four bits of an audio tag (Video File Format v10.1, E.4.2.1), also the <c>audiocodecid</c> of metadata.</summary>
public enum FlvSoundFormat : byte
{
    /// <summary>Samples in the byte order of the machine that wrote them: in practice little-endian.</summary>
    LinearPcmPlatform = 0,

    /// <summary>ADPCM.</summary>
    Adpcm = 1,

    /// <summary>MP3.</summary>
    Mp3 = 2,

    /// <summary>Little-endian samples.</summary>
    LinearPcm = 3,

    /// <summary>Nellymoser, 16 kHz mono.</summary>
    Nellymoser16Kilohertz = 4,

    /// <summary>Nellymoser, 8 kHz mono.</summary>
    Nellymoser8Kilohertz = 5,

    /// <summary>Nellymoser at the rate of the tag.</summary>
    Nellymoser = 6,

    /// <summary>G.711 A-law.</summary>
    Pcma = 7,

    /// <summary>G.711 mu-law.</summary>
    Pcmu = 8,

    /// <summary>No codec: the low bits say what kind of enhanced tag it is (Enhanced RTMP v2, ExAudioTagHeader).</summary>
    Enhanced = 9,

    /// <summary>AAC.</summary>
    Aac = 10,

    /// <summary>Speex, 16 kHz mono.</summary>
    Speex = 11,

    /// <summary>MP3, 8 kHz.</summary>
    Mp3At8Kilohertz = 14,
}
