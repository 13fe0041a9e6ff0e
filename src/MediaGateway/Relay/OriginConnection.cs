using System.IO.Pipelines;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Relay;

/// <summary>
/// One connection to an origin, from the handshake to the last byte: what it sends is published here from the first of it. One task; our
/// answers are few and short, so that it writes them itself. Used once.
/// </summary>
/// <param name="transport">Connected already; stays the caller's.</param>
/// <param name="session">New; stays the caller's.</param>
/// <param name="pull">Whose connection it is: it publishes, and keeps the figures.</param>
/// <param name="services">The rest of the gateway.</param>
internal sealed class OriginConnection(Stream transport, RtmpClientSession session, OriginPull pull, PullServices services)
{
    /// <summary>How long the last words may take once the pull is to end.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly ReceivedMedia _media = new();
    private PublishLease? _lease;

    /// <summary>Runs until the connection is to be closed, and says why.</summary>
    /// <param name="stop">Asks for an orderly end.</param>
    public async Task<PullOutcome> RunAsync(CancellationToken stop)
    {
        PipeReader input = PipeReader.Create(transport, new StreamPipeReaderOptions(leaveOpen: true));
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            while (true)
            {
                limit.CancelAfter(TimeLeft());
                await SendAsync(both.Token);
                ReadResult result = await input.ReadAsync(both.Token);
                limit.CancelAfter(Timeout.InfiniteTimeSpan);
                if (Take(result, input) is { } outcome)
                {
                    return outcome;
                }

                if (result.IsCompleted)
                {
                    return new PullOutcome(PullEnd.Lost, "The origin has closed the connection.");
                }
            }
        }
        catch (RtmpProtocolException fault)
        {
            bool isTimeout = fault.Error is RtmpError.HandshakeTimeout or RtmpError.ConnectTimeout;
            return new PullOutcome(PullEnd.Lost, isTimeout ? "The origin does not answer." : $"The origin breaks the protocol: {fault.Error}.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await SayFarewellAsync();
            return new PullOutcome(PullEnd.Stopped);
        }
        catch (OperationCanceledException)
        {
            return new PullOutcome(PullEnd.Lost, _lease is null ? "The origin does not answer." : "The origin sends nothing any more.");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return new PullOutcome(PullEnd.Lost, "The connection to the origin was lost.");
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    private TimeSpan TimeLeft()
    {
        TimeSpan deadline = session.NextDeadline;
        TimeSpan left = deadline == TimeSpan.MaxValue ? TimeSpan.MaxValue : deadline - services.Clock.Now;
        TimeSpan least = left < services.Options.StallTimeout ? left : services.Options.StallTimeout;
        return least > TimeSpan.Zero ? least : TimeSpan.Zero;
    }

    private PullOutcome? Take(in ReadResult result, PipeReader input)
    {
        TimeSpan now = services.Clock.Now;
        session.Receive(result.Buffer, now, out SequencePosition consumed, out SequencePosition examined);
        long bytes = result.Buffer.Slice(0, consumed).Length;
        pull.NoteBytes(bytes);
        services.Metrics.BytesReceived(bytes);
        input.AdvanceTo(consumed, examined);
        session.Advance(now);
        PullOutcome? outcome = TakePlayed();
        while (outcome is null && session.TryTakeEvent(out RtmpClientEvent? clientEvent))
        {
            outcome = OutcomeOf(clientEvent);
        }

        return outcome;
    }

    private PullOutcome? TakePlayed()
    {
        while (session.TryTakePlayed(out RtmpPublished item))
        {
            string? refusal = null;
            _lease ??= pull.Publish(out refusal);
            if (_lease is null)
            {
                item.Frame?.Release();
                return new PullOutcome(PullEnd.NameTaken, refusal ?? "");
            }

            _media.Give(item, _lease);
            pull.NoteFrames(_media.Frames);
        }

        return null;
    }

    private static PullOutcome? OutcomeOf(RtmpClientEvent clientEvent) => clientEvent switch
    {
        RtmpClientEvent.Playing => null, // A stream that is only promised shows itself with its first message.
        RtmpClientEvent.Refused { Code: StatusCode.PlayStreamNotFound } refused => new(PullEnd.StreamNotFound, refused.Description),
        RtmpClientEvent.Ended { Code: StatusCode.PlayStreamNotFound } ended => new(PullEnd.StreamNotFound, ended.Description),
        RtmpClientEvent.Refused refused => new(PullEnd.Refused, PushConnection.InWords("The origin refuses", refused.Code, refused.Description)),
        RtmpClientEvent.Ended => new(PullEnd.StreamEnded, "The stream has ended."),
        RtmpClientEvent.AuthorizationNeeded needed => new(PullEnd.AuthorizationNeeded, needed.Query),
        RtmpClientEvent.Redirected redirected => new(PullEnd.Redirected, redirected.Target),
        _ => throw new InvalidOperationException($"A client that plays has no such event: {clientEvent.GetType().Name}."),
    };

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        while (session.TryTakeOutput(out PooledBuffer? buffer, out int length))
        {
            using (buffer)
            {
                await transport.WriteAsync(buffer.Memory[..length], cancellationToken);
                services.Metrics.BytesSent(length);
            }
        }
    }

    private async Task SayFarewellAsync()
    {
        using var limit = new CancellationTokenSource(FarewellTimeout, services.Time);
        session.Close();
        try
        {
            await SendAsync(limit.Token);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It was a courtesy.
        }
    }
}
