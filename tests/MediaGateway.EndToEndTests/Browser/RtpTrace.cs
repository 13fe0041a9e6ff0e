using System.Globalization;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>
/// The RTP and RTCP packets that Chromium sent, unencrypted, from its own log (field trial <c>WebRTC-Debugging-RtpDump</c>).
/// Lines look like <c>O 12:34:56.789 0000 80 c8 00 06 ... # RTP_DUMP</c>, O for sent. Filled by the thread that reads the log.
/// </summary>
internal sealed class RtpTrace
{
    private const string End = " # RTP_DUMP";
    private const string Offset = " 0000 ";

    private readonly Lock _lock = new();
    private readonly List<byte[]> _sent = [];

    /// <summary>The packets sent so far, in order.</summary>
    public IReadOnlyList<byte[]> Sent
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Whether a log line belongs to the trace: a packet, sent or received, or the heading above it.</summary>
    public static bool IsTrace(string line) =>
        line.Length == 0 || line.EndsWith(End, StringComparison.Ordinal) || line.Contains("/srtp_session.cc:", StringComparison.Ordinal);

    /// <summary>Takes the packet out of a log line, if there is one.</summary>
    public void AddLogLine(string line)
    {
        if (!line.StartsWith("O ", StringComparison.Ordinal) || !line.EndsWith(End, StringComparison.Ordinal))
        {
            return;
        }

        int start = line.IndexOf(Offset, StringComparison.Ordinal);
        if (start < 0)
        {
            return;
        }

        ReadOnlySpan<char> digits = line.AsSpan(start + Offset.Length, line.Length - End.Length - start - Offset.Length).Trim();
        byte[] packet = new byte[(digits.Length + 1) / 3];
        for (int i = 0; i < packet.Length; i++)
        {
            if (!byte.TryParse(digits.Slice(3 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out packet[i]))
            {
                return;
            }
        }

        lock (_lock)
        {
            _sent.Add(packet);
        }
    }
}
