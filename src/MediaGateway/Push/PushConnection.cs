using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>
/// One connection to a push's target, from the handshake to the last byte. Two tasks: the reader owns the protocol session, the writer
/// owns the socket's sending side and the media. Used once.
/// </summary>
internal sealed class PushConnection : IDisposable
{
    /// <summary>Bytes given to the socket in one call, so that progress inside a large picture is seen.</summary>
    private const int SliceBytes = 64 * 1024;

    /// <summary>What may wait of our answers to a target that sends and does not read.</summary>
    private const int MaximumReplyBytes = 256 * 1024;

    /// <summary>How long the last words may take once the push is to end.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private static readonly SubscriptionOptions Subscription =
        new(new AudioPreference(null, CodecSet.Of(CodecId.Aac, CodecId.Mp3), CodecId.Aac), StartPoint.CachedGroup, IsIncidental: true);

    private readonly Stream _transport;
    private readonly RtmpClientSession _session;
    private readonly LiveStream _stream;
    private readonly PushServices _services;
    private readonly PushStatistics _statistics;
    private readonly PipeReader _input;
    private readonly ConcurrentQueue<(PooledBuffer Buffer, int Length)> _replies = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly BoundedOutlet _feed;
    private readonly ITimer _deadline;
    private readonly Action _onPublished;
    private volatile PushMediaWriter? _media;
    private long _replyBytes;
    private long _dropped;
    private volatile bool _isStreamOver;
    private volatile bool _isStopAsked;
    private volatile bool _isFarewellSaid;

    /// <summary>Makes a connection over a transport.</summary>
    /// <param name="transport">Connected already; stays the caller's.</param>
    /// <param name="session">New; stays the caller's.</param>
    /// <param name="stream">What to send.</param>
    /// <param name="services">The rest of the gateway.</param>
    /// <param name="statistics">The push's figures.</param>
    /// <param name="onPublished">Called once when the target lets us publish.</param>
    public PushConnection(
        Stream transport,
        RtmpClientSession session,
        LiveStream stream,
        PushServices services,
        PushStatistics statistics,
        Action onPublished)
    {
        (_transport, _session, _stream, _services, _statistics) = (transport, session, stream, services, statistics);
        _onPublished = onPublished;
        _input = PipeReader.Create(transport, new StreamPipeReaderOptions(leaveOpen: true));
        _feed = new BoundedOutlet(services.Options.QueueDuration, services.Options.QueueBytes, services.Clock, Wake);
        _deadline = services.Time.CreateTimer(
            static state => ((PushConnection)state!)._input.CancelPendingRead(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs until the connection is to be closed, and says why.</summary>
    /// <param name="stop">Asks for an orderly end.</param>
    public async Task<PushOutcome> RunAsync(CancellationToken stop)
    {
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _services.Time);
        using CancellationTokenRegistration registration = stop.Register(AskToStop);
        Task<PushOutcome> reading = ReadAsync(abort.Token);
        Task<PushOutcome> writing = WriteAsync(abort);
        Task<PushOutcome> first = await Task.WhenAny(reading, writing);
        PushOutcome outcome = await first;
        if (first == reading && outcome.End == PushEnd.Finished)
        {
            abort.CancelAfter(FarewellTimeout);
            _isFarewellSaid = true;
            Wake();
        }
        else
        {
            // Nothing that is still to be said would be read.
            await abort.CancelAsync();
        }

        await Task.WhenAll(reading, writing);
        return outcome with { HasPublished = _media is not null };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Detach(_feed);
        _feed.Close();
        NoteDropped();
        _deadline.Dispose();
        while (_replies.TryDequeue(out (PooledBuffer Buffer, int Length) reply))
        {
            reply.Buffer.Dispose();
        }

        while (_media is not null && _media.TryTake(out (PooledBuffer Buffer, int Length) message))
        {
            message.Buffer.Dispose();
        }
    }

    // The kernel's own time for bytes that nobody takes is the same as ours: either may be first. And either task may see it first.
    private static string WordsFor(Exception exception) =>
        exception is OperationCanceledException || exception.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut }
            ? "The target takes no bytes."
            : "The connection to the target was lost.";

    private static PushOutcome Lost(string text) => new(PushEnd.Lost, text);

    private void AskToStop()
    {
        _isStopAsked = true;
        _input.CancelPendingRead();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task<PushOutcome> ReadAsync(CancellationToken abort)
    {
        try
        {
            while (true)
            {
                TakeOutput();
                ArmDeadline();
                ReadResult result = await _input.ReadAsync(abort);
                if (Take(result) is { } outcome)
                {
                    return outcome;
                }

                if (result.IsCompleted)
                {
                    return Lost("The target has closed the connection.");
                }
            }
        }
        catch (RtmpProtocolException fault)
        {
            bool isTimeout = fault.Error is RtmpError.HandshakeTimeout or RtmpError.ConnectTimeout;
            return Lost(isTimeout ? "The target does not answer." : $"The target breaks the protocol: {fault.Error}.");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return Lost(WordsFor(exception));
        }
    }

    private PushOutcome? Take(in ReadResult result)
    {
        TimeSpan now = _services.Clock.Now;
        _session.Receive(result.Buffer, now, out SequencePosition consumed, out SequencePosition examined);
        _session.Advance(now);
        _input.AdvanceTo(consumed, examined);
        TakeOutput();
        while (_session.TryTakeEvent(out RtmpClientEvent? clientEvent))
        {
            if (Take(clientEvent) is { } outcome)
            {
                return outcome;
            }
        }

        if (_isStreamOver || _isStopAsked)
        {
            _session.Close();
            TakeOutput();
            return new PushOutcome(PushEnd.Finished, _isStopAsked ? "Stopped." : "The stream has ended.");
        }

        return Volatile.Read(ref _replyBytes) > MaximumReplyBytes ? Lost("The target does not read.") : null;
    }

    private PushOutcome? Take(RtmpClientEvent clientEvent)
    {
        switch (clientEvent)
        {
            case RtmpClientEvent.Published:
                _media = new PushMediaWriter(
                    _session.MessageStreamId, _session.ChunkSize, _session.Capabilities, _services.Buffers);
                _statistics.Published(_services.Clock.Now);
                _onPublished();
                _isStreamOver |= !_stream.Attach(_feed, Subscription);
                return null;
            case RtmpClientEvent.Refused refused:
                return Lost(InWords("The target refuses", refused.Code, refused.Description));
            case RtmpClientEvent.Ended ended:
                return Lost(InWords("The target has ended it", ended.Code, ended.Description));
            case RtmpClientEvent.AuthorizationNeeded needed:
                return new PushOutcome(PushEnd.AuthorizationNeeded, needed.Query);
            case RtmpClientEvent.Redirected redirected:
                return new PushOutcome(PushEnd.Redirected, redirected.Target);
            default:
                throw new InvalidOperationException($"There is no such event: {clientEvent.GetType().Name}.");
        }
    }

    /// <summary>What a server said, code and words, as far as it said anything.</summary>
    internal static string InWords(string what, string code, string description) => (code, description) switch
    {
        ("", "") => $"{what}.",
        (_, "") => $"{what}: {code}",
        ("", _) => $"{what}: {description}",
        _ => $"{what}: {code}: {description}",
    };

    private void TakeOutput()
    {
        bool any = false;
        while (_session.TryTakeOutput(out PooledBuffer? buffer, out int length))
        {
            any = true;
            Interlocked.Add(ref _replyBytes, length);
            _replies.Enqueue((buffer, length));
        }

        if (any)
        {
            Wake();
        }
    }

    private void ArmDeadline()
    {
        TimeSpan deadline = _session.NextDeadline;
        TimeSpan wait = deadline == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : deadline - _services.Clock.Now;
        _deadline.Change(wait < TimeSpan.Zero && deadline != TimeSpan.MaxValue ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
    }

    private async Task<PushOutcome> WriteAsync(CancellationTokenSource abort)
    {
        try
        {
            while (true)
            {
                // Read before the queue: what was queued before the flag was raised is seen.
                bool isLastRound = _isFarewellSaid;
                await WriteRepliesAsync(abort);
                if (isLastRound)
                {
                    return new PushOutcome(PushEnd.Finished, "");
                }

                if (!await WriteMediaAsync(abort))
                {
                    await _wake.Reader.WaitToReadAsync(abort.Token);
                    _wake.Reader.TryRead(out _);
                }
            }
        }
        catch (PushTargetException exception)
        {
            return Lost(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return Lost(WordsFor(exception));
        }
    }

    private async ValueTask WriteRepliesAsync(CancellationTokenSource abort)
    {
        while (_replies.TryDequeue(out (PooledBuffer Buffer, int Length) reply))
        {
            Interlocked.Add(ref _replyBytes, -reply.Length);
            await WriteAsync(reply, abort);
        }
    }

    /// <summary>Sends one entry of the feed; false when none waits. Replies come between any two of them.</summary>
    private async ValueTask<bool> WriteMediaAsync(CancellationTokenSource abort)
    {
        if (_media is not { } media || !_feed.TryTake(out OutletItem item))
        {
            return false;
        }

        switch (item.Kind)
        {
            case OutletItemKind.Start:
                media.Start(item.Formats);
                break;
            case OutletItemKind.Metadata:
                media.Describe(item.Metadata!); // an entry of this kind carries it
                break;
            case OutletItemKind.Frame:
                WriteFrame(media, item.Frame!); // an entry of this kind carries one
                break;
            default:
                _isStreamOver = true;
                _input.CancelPendingRead();
                break;
        }

        while (media.TryTake(out (PooledBuffer Buffer, int Length) message))
        {
            await WriteAsync(message, abort);
        }

        _statistics.Sent(media.Frames, _feed.DroppedFrames);
        NoteDropped();
        return true;
    }

    // The writer while it runs, then whoever disposes.
    private void NoteDropped()
    {
        long dropped = _feed.DroppedFrames;
        if (dropped > _dropped)
        {
            _stream.Drops.Add(StreamDropReason.SlowTarget, dropped - _dropped);
            _dropped = dropped;
        }
    }

    private static void WriteFrame(PushMediaWriter media, MediaFrame frame)
    {
        try
        {
            media.Write(frame);
        }
        finally
        {
            frame.Release();
        }
    }

    private async ValueTask WriteAsync((PooledBuffer Buffer, int Length) message, CancellationTokenSource abort)
    {
        using (message.Buffer)
        {
            for (int offset = 0; offset < message.Length; offset += SliceBytes)
            {
                int length = Math.Min(SliceBytes, message.Length - offset);
                abort.CancelAfter(_isStopAsked ? FarewellTimeout : _services.Options.StallTimeout);
                await _transport.WriteAsync(message.Buffer.Memory.Slice(offset, length), abort.Token);
                abort.CancelAfter(Timeout.InfiniteTimeSpan);
                _statistics.SentBytes(length);
                _services.Metrics.BytesSent(length);
            }
        }
    }
}
