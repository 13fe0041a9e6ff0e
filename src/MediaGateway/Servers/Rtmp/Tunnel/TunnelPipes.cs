using System.IO.Pipelines;

namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>The bytes of one RTMPT session both ways, bounded; the RTMP session sees this side of them.</summary>
internal sealed class TunnelPipes : IDuplexPipe
{
    /// <summary>From the bodies of requests.</summary>
    public Pipe Requests { get; } = Bounded(TunnelLimits.InputBytes);

    /// <summary>For the bodies of answers.</summary>
    public Pipe Answers { get; } = Bounded(TunnelLimits.OutputBytes);

    /// <inheritdoc/>
    public PipeReader Input => Requests.Reader;

    /// <inheritdoc/>
    public PipeWriter Output => Answers.Writer;

    private static Pipe Bounded(int bytes) =>
        new(new PipeOptions(pauseWriterThreshold: bytes, resumeWriterThreshold: bytes / 2, useSynchronizationContext: false));
}
