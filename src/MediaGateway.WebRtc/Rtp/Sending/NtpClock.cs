namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// Gateway time as the 32.32 fixed point time of sender reports (RFC 3550 4: a clock that only measures elapsed time will do).
/// </summary>
internal static class NtpClock
{
    /// <summary>Keeps clear of zero, which stands for "no report".</summary>
    private const ulong Offset = 0x8000_0000UL << 32;

    private const int TicksPerSecond = 65536;
    private const int Rounding = TicksPerSecond / 1000;
    private const int Longest = 30 * TicksPerSecond;

    /// <summary>A gateway time as NTP time.</summary>
    public static ulong Of(TimeSpan now) => unchecked(Offset + (ulong)(((Int128)now.Ticks << 32) / TimeSpan.TicksPerSecond));

    /// <summary>The middle 32 bits, in units of 1/65536 s, as report blocks have it.</summary>
    public static uint Compact(ulong ntp) => (uint)((ntp >> 16) & 0xFFFF_FFFF);

    /// <summary>
    /// The round-trip time of a report block (RFC 3550 6.4.1: A - LSR - DLSR); null when the peer has had no report yet, or what it says
    /// cannot be.
    /// </summary>
    public static TimeSpan? RoundTrip(TimeSpan now, uint lastSenderReport, uint delaySinceLastSenderReport)
    {
        if (lastSenderReport == 0)
        {
            return null;
        }

        // Counts come round every 18 hours. Rounding at both ends may make a short way look a little negative.
        int ticks = unchecked((int)(Compact(Of(now)) - lastSenderReport - delaySinceLastSenderReport));
        return ticks is < -Rounding or > Longest
            ? null
            : TimeSpan.FromTicks(Math.Max(0, ticks) * TimeSpan.TicksPerSecond / TicksPerSecond);
    }
}
