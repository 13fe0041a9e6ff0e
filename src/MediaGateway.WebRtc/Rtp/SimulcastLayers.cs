using System.Text;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// The encodings of a simulcast track and which of them is used: the largest pictures that really come. A switch happens at a keyframe
/// only; one is asked for where it is worth while. Bounded by what was agreed on.
/// </summary>
internal sealed class SimulcastLayers
{
    /// <summary>A better layer that has come for so long without a break is switched to.</summary>
    private static readonly TimeSpan ProvenTime = TimeSpan.FromSeconds(1);

    /// <summary>Time between two requests for a keyframe of a layer that is not in use.</summary>
    private static readonly TimeSpan AskingInterval = TimeSpan.FromSeconds(1);

    private readonly ReceiveTrack _track;
    private readonly byte[][] _rids;
    private readonly List<SimulcastLayer> _layers = [];
    private TimeSpan _askAgainAt;

    /// <summary>Expects the layers that offer and answer agreed on.</summary>
    public SimulcastLayers(ReceiveTrack track)
    {
        _track = track;
        _rids = [.. track.Layers.Select(Encoding.ASCII.GetBytes)];
    }

    /// <summary>The layer in use; null before the first packet.</summary>
    public SimulcastLayer? InUse { get; private set; }

    /// <summary>Layers that have come.</summary>
    public int Count => _layers.Count;

    /// <summary>One of the layers that have come.</summary>
    public SimulcastLayer this[int index] => _layers[index];

    /// <summary>The layer that a keyframe is to be asked of although it is not in use; null for none.</summary>
    public SimulcastLayer? ToAsk { get; private set; }

    /// <summary>When <see cref="ToAsk"/> is to be asked; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan AskAt => ToAsk is null ? TimeSpan.MaxValue : _askAgainAt;

    /// <summary>When <see cref="Advance"/> has something to do; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan NextDeadline => InUse is null || _layers.Count < 2 || ToAsk is not null || _hasStalled
        ? TimeSpan.MaxValue
        : InUse.Source.LastPacketAt + SimulcastLayer.QuietTime;

    private bool _hasStalled;

    /// <summary>The layer of an SSRC; null when it is not one.</summary>
    public SimulcastLayer? Find(uint ssrc)
    {
        foreach (SimulcastLayer layer in _layers)
        {
            if (layer.Source.Ssrc == ssrc)
            {
                return layer;
            }
        }

        return null;
    }

    /// <summary>The layer of a packet, which may be its first; null when the packet belongs to none.</summary>
    public SimulcastLayer? Claim(in RtpPacket packet, TimeSpan now)
    {
        SimulcastLayer? layer = Find(packet.Ssrc);
        if (layer is null)
        {
            string? rid = RidOf(packet, _track.RidExtensionId);
            bool isAnnounced = Contains(_track.LayerSsrcs, packet.Ssrc) || Contains(_track.AnnouncedSsrcs, packet.Ssrc);
            if (rid is null && !isAnnounced && (_layers.Count > 0 || _rids.Length > 0))
            {
                return null;
            }

            layer = new SimulcastLayer(new ReceiveSource(packet.Ssrc, _track.PayloadTypes[0].ClockRate), rid);
            Add(layer);
        }

        layer.Note(now);
        return layer;
    }

    /// <summary>The SSRC whose packets a retransmission repeats, by its restriction identifier; null when it does not say.</summary>
    public uint? MediaOf(in RtpPacket repair)
    {
        string? rid = RidOf(repair, _track.RepairedRidExtensionId) ?? RidOf(repair, _track.RidExtensionId);
        foreach (SimulcastLayer layer in _layers)
        {
            if (rid is not null && layer.Rid == rid)
            {
                return layer.Source.Ssrc;
            }
        }

        return null;
    }

    /// <summary>Decides whether to go over to another layer with this packet of it, the first of a keyframe or not.</summary>
    public bool ShouldUse(SimulcastLayer layer, bool isKeyframeStart, TimeSpan now)
    {
        if (InUse is null)
        {
            return true;
        }

        bool isBetter = layer.Pixels > InUse.Pixels;
        bool isNeeded = !InUse.IsActive(now);
        if (isKeyframeStart && (isBetter || isNeeded))
        {
            return true;
        }

        bool isUnknown = layer.Pixels == 0;
        bool isWorthAsking = isNeeded || ((isBetter || isUnknown) && now - layer.ActiveSince >= ProvenTime);
        if (isWorthAsking && (ToAsk is null || layer.Pixels > ToAsk.Pixels || !ToAsk.IsActive(now)))
        {
            ToAsk = layer;
        }

        return false;
    }

    /// <summary>Goes over to a layer.</summary>
    public void Use(SimulcastLayer layer)
    {
        InUse = layer;
        ToAsk = null;
        _hasStalled = false;
        _askAgainAt = TimeSpan.Zero;
    }

    /// <summary>Notes that a keyframe was asked of <see cref="ToAsk"/>.</summary>
    public void OnAsked(TimeSpan now)
    {
        ToAsk = null;
        _askAgainAt = now + AskingInterval;
    }

    /// <summary>Notes a packet of the layer in use.</summary>
    public void OnInUse() => _hasStalled = false;

    /// <summary>Looks for another layer when the one in use has stopped.</summary>
    public void Advance(TimeSpan now)
    {
        if (InUse is null || _hasStalled || InUse.IsActive(now))
        {
            return;
        }

        _hasStalled = true;
        foreach (SimulcastLayer layer in _layers)
        {
            if (layer.IsActive(now) && layer.Pixels >= (ToAsk?.Pixels ?? 0))
            {
                ToAsk = layer;
            }
        }
    }

    private void Add(SimulcastLayer layer)
    {
        // A layer that comes again under another SSRC takes the place of the old one.
        int old = _layers.FindIndex(other => other.Rid is not null && other.Rid == layer.Rid);
        if (old >= 0)
        {
            _layers[old] = layer;
        }
        else
        {
            _layers.Add(layer);
        }
    }

    private string? RidOf(in RtpPacket packet, int extensionId)
    {
        if (extensionId == 0 || !packet.Extensions.TryFind(extensionId, out ReadOnlySpan<byte> value))
        {
            return null;
        }

        for (int i = 0; i < _rids.Length; i++)
        {
            if (value.SequenceEqual(_rids[i]))
            {
                return _track.Layers[i];
            }
        }

        return null;
    }

    private static bool Contains(IReadOnlyList<uint> ssrcs, uint ssrc)
    {
        for (int i = 0; i < ssrcs.Count; i++)
        {
            if (ssrcs[i] == ssrc)
            {
                return true;
            }
        }

        return false;
    }
}
