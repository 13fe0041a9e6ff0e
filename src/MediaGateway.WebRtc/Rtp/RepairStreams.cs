using System.Diagnostics;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// Which SSRC carries the retransmissions of which (RFC 4588): as the SDP announced it, or as the packets themselves tell by the
/// restriction identifier that they repeat. Bounded; allocates nothing once made.
/// </summary>
internal sealed class RepairStreams
{
    /// <summary>Sources of retransmissions that are remembered for a track.</summary>
    public const int Capacity = 16;

    private readonly RepairSource[] _sources = new RepairSource[Capacity];
    private readonly ReceiveTrack _track;
    private int _count;

    /// <summary>Begins with what the SDP announced.</summary>
    public RepairStreams(ReceiveTrack track)
    {
        _track = track;
        foreach (RepairSource source in track.RepairSources.Take(Capacity))
        {
            _sources[_count++] = source;
        }
    }

    /// <summary>Whether packets of this payload type are retransmissions.</summary>
    public bool IsRepair(int payloadType) => FindType(payloadType) is not null;

    /// <summary>Whether the SSRC is known to carry retransmissions.</summary>
    public bool Knows(uint ssrc) => IndexOf(ssrc) >= 0;

    /// <summary>Whether the packet's payload type repeats one of the track's own.</summary>
    public bool RepeatsOwn(int payloadType)
    {
        RepairPayloadType? type = FindType(payloadType);
        for (int i = 0; i < _track.PayloadTypes.Count && type is not null; i++)
        {
            if (_track.PayloadTypes[i].PayloadType == type.RepairedPayloadType)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The SSRC whose packets an SSRC repeats; null when nobody has said.</summary>
    public uint? MediaOf(uint ssrc)
    {
        int index = IndexOf(ssrc);
        return index < 0 ? null : _sources[index].MediaSsrc;
    }

    /// <summary>Learns whose packets an SSRC repeats.</summary>
    public void Learn(uint ssrc, uint mediaSsrc)
    {
        int index = IndexOf(ssrc);
        Debug.Assert(_count <= Capacity, "never more than there is room for");
        if (index >= 0)
        {
            _sources[index] = new RepairSource(mediaSsrc, ssrc);
        }
        else if (_count < Capacity)
        {
            _sources[_count++] = new RepairSource(mediaSsrc, ssrc);
        }
    }

    private int IndexOf(uint ssrc)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_sources[i].Ssrc == ssrc)
            {
                return i;
            }
        }

        return -1;
    }

    private RepairPayloadType? FindType(int payloadType)
    {
        for (int i = 0; i < _track.RepairPayloadTypes.Count; i++)
        {
            if (_track.RepairPayloadTypes[i].PayloadType == payloadType)
            {
                return _track.RepairPayloadTypes[i];
            }
        }

        return null;
    }
}
