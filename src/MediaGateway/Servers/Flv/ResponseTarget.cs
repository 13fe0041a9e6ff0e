using System.Buffers;
using System.IO.Pipelines;

namespace MediaGateway.Servers.Flv;

/// <summary>FLV as the body of an HTTP response without an end.</summary>
internal sealed class ResponseTarget(PipeWriter body) : IFlvTarget
{
    /// <inheritdoc/>
    public IBufferWriter<byte> Output => body;

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        FlushResult result = await body.FlushAsync(cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The viewer has gone.");
        }
    }
}
