using BenchmarkDotNet.Attributes;
using MediaGateway.WebRtc.Rtcp;

namespace MediaGateway.Benchmarks;

/// <summary>The RTCP of a session: a report with a NACK, and the transport feedback of thirty packets.</summary>
public class RtcpBenchmarks
{
    private const int Packets = 30;
    private const ushort SmallDeltas = 1 << 13; // a run of packets that came soon after each other (draft-holmer-rmcat-transport-wide-cc 3.1.3)

    private readonly byte[] _compound = new byte[1200];
    private readonly ReportBlock[] _blocks = [new ReportBlock { Ssrc = Samples.VideoSsrc }];
    private readonly long[] _missing = [100, 101, 105];
    private readonly byte[] _feedback =
    [
        0, 1, 0, Packets, 0, 0, 1, 0,
        SmallDeltas >> 8, Packets, .. Enumerable.Repeat((byte)4, Packets),
    ];

    [Benchmark]
    public int WriteReport()
    {
        var writer = new RtcpWriter(_compound);
        bool isWritten = writer.TryWriteReceiverReport(7, _blocks)
            && writer.TryWriteSourceDescription(7, "gateway"u8)
            && writer.WriteGenericNack(7, Samples.VideoSsrc, _missing) == _missing.Length;
        return isWritten ? writer.Length : throw new InvalidOperationException("There was no room.");
    }

    [Benchmark]
    public int ReadTransportFeedback()
    {
        if (!TransportFeedback.TryParse(_feedback, out TransportFeedback feedback))
        {
            throw new InvalidOperationException("The feedback was refused.");
        }

        int received = 0;
        foreach (TransportFeedback.PacketStatus status in feedback)
        {
            received += status.IsReceived ? 1 : 0;
        }

        return received;
    }
}
