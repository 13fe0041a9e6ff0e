using System.Text;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// Sender reports: one compound packet for all tracks, right after the first packet of each and then every second. All of its reports are
/// about the same instant, so that a player can relate the tracks exactly.
/// </summary>
internal sealed class SenderReports(TrackSender[] tracks, SendTimeline timeline, string canonicalName)
{
    /// <summary>Time between reports.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly byte[] _name = Encoding.UTF8.GetBytes(canonicalName);
    private int _reported;

    /// <summary>When the next report is due; <see cref="TimeSpan.MaxValue"/> before the first packet.</summary>
    public TimeSpan DueAt { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Notes a packet: the first one of a track is followed by a report.</summary>
    public void OnPacket(TrackSender track, TimeSpan now)
    {
        int bit = 1 << Array.IndexOf(tracks, track);
        if ((_reported & bit) == 0)
        {
            _reported |= bit;
            DueAt = now;
        }
    }

    /// <summary>Writes the report that is due.</summary>
    public bool TryTake(Span<byte> destination, TimeSpan now, out int length)
    {
        length = 0;
        if (now < DueAt)
        {
            return false;
        }

        DueAt = now + Interval;
        var writer = new RtcpWriter(destination);
        WriteReports(ref writer, now);
        foreach (TrackSender track in tracks)
        {
            if (track.HasSent)
            {
                writer.TryWriteSourceDescription(track.Track.Ssrc, _name);
            }
        }

        length = writer.Length;
        return length > 0;
    }

    /// <summary>Writes our goodbye: a report first (RFC 3550 6.1), then BYE for each track.</summary>
    public bool TryWriteGoodbye(Span<byte> destination, TimeSpan now, out int length)
    {
        var writer = new RtcpWriter(destination);
        if (timeline.HasBegun)
        {
            WriteReports(ref writer, now);
        }

        bool written = writer.Length > 0 || writer.TryWriteReceiverReport(tracks[0].Track.Ssrc, []);
        foreach (TrackSender track in tracks)
        {
            written &= writer.TryWriteGoodbye(track.Track.Ssrc);
        }

        length = writer.Length;
        return written;
    }

    private void WriteReports(ref RtcpWriter writer, TimeSpan now)
    {
        foreach (TrackSender track in tracks)
        {
            if (track.HasSent)
            {
                SenderReport report = track.Report(NtpClock.Of(now), timeline.TicksAt(now, track.Track.ClockRate));
                writer.TryWriteSenderReport(report, []);
            }
        }
    }
}
