using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>The parameter sets of an H.264 track as they go before its keyframes.</summary>
internal sealed class ParameterSets
{
    private TrackFormat? _format;
    private bool _isChanged;

    /// <summary>SPS and PPS in AVCC framing; empty before the first format, or when it has none that can be read.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>Takes the format of the next frame.</summary>
    public void Follow(TrackFormat format)
    {
        if (ReferenceEquals(format, _format))
        {
            return;
        }

        bool isSame = format.Equals(_format);
        _format = format;
        if (!isSame && format is H264Format h264)
        {
            _isChanged = true;
            Bytes = Read(h264);
        }
    }

    /// <summary>Whether they have to go before this access unit: it is a keyframe or the first of its format, and has none of its own.</summary>
    public bool ArePrependedTo(MediaFrame frame)
    {
        if (!frame.IsKeyframe && !_isChanged)
        {
            return false;
        }

        _isChanged = false;
        return Bytes.Length > 0 && !HasOwn(frame.Payload);
    }

    /// <summary>Whether an access unit begins with an SPS and a PPS; they come before the first slice (H.264 7.4.1.2.3).</summary>
    private static bool HasOwn(ReadOnlySpan<byte> accessUnit)
    {
        bool hasSequenceSet = false;
        bool hasPictureSet = false;
        foreach (ReadOnlySpan<byte> unit in new Avcc(accessUnit))
        {
            NalUnitType type = NalUnit.TypeOf(unit[0]);
            hasSequenceSet |= type == NalUnitType.SequenceParameterSet;
            hasPictureSet |= type == NalUnitType.PictureParameterSet;
            if (NalUnit.IsSlice(type))
            {
                break;
            }
        }

        return hasSequenceSet && hasPictureSet;
    }

    private static byte[] Read(H264Format format)
    {
        if (!AvcDecoderConfigurationRecord.TryParse(format.ConfigurationRecord, out AvcDecoderConfigurationRecord? record) || record is null)
        {
            return [];
        }

        ReadOnlyMemory<byte>[] sets = [.. record.SequenceParameterSets, .. record.PictureParameterSets];
        byte[] bytes = new byte[sets.Sum(set => Avcc.LengthSize + set.Length)];
        int offset = 0;
        foreach (ReadOnlyMemory<byte> set in sets)
        {
            offset += Avcc.Write(set.Span, bytes.AsSpan(offset));
        }

        return bytes;
    }
}
