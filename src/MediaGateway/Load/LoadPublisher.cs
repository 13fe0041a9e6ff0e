using System.Collections.Concurrent;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Load;

/// <summary>Publishes a loop over RTMP in real time, each picture with a <see cref="LoadStamp"/>. Used once.</summary>
/// <param name="target">The server and the stream.</param>
/// <param name="media">What is sent.</param>
/// <param name="services">The time that paces it, and memory.</param>
internal sealed class LoadPublisher(RtmpTargetUrl target, LoadMedia media, LoadServices services)
{
    private readonly ConcurrentQueue<(PooledBuffer Buffer, int Length)> _replies = new();
    private long _latestTicks;

    /// <summary>Completes when the server lets it publish.</summary>
    public TaskCompletionSource Published { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Pictures sent.</summary>
    public long Pictures { get; private set; }

    /// <summary>Bytes of media sent.</summary>
    public long Bytes { get; private set; }

    /// <summary>How much a frame was sent after its time, at most: what the server, the network or this machine did not take.</summary>
    public TimeSpan Latest => TimeSpan.FromTicks(Volatile.Read(ref _latestTicks));

    /// <summary>Runs until it is cancelled; words when it ends otherwise.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        try
        {
            var options = new RtmpClientOptions { Role = RtmpClientRole.Publish };
            using LoadConnection connection = await LoadConnection.ConnectAsync(target, options, services, cancellation);
            if (await BeginAsync(connection, cancellation) is { } refusal)
            {
                return refusal;
            }

            Published.TrySetResult();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task<string?> reading = ReadAsync(connection, either.Token);
            Task<string?> sending = SendAsync(connection, either.Token);
            string? words = await await Task.WhenAny(reading, sending);
            await either.CancelAsync();
            await Task.WhenAll(reading, sending);
            return words;
        }
        catch (Exception exception) when (LoadFailure.TryDescribe(exception, out string? words))
        {
            return cancellation.IsCancellationRequested ? null : words;
        }
        finally
        {
            Published.TrySetResult();
        }
    }

    private static async Task<string?> BeginAsync(LoadConnection connection, CancellationToken cancellation)
    {
        while (true)
        {
            await connection.SendOutputAsync(cancellation);
            if (!await connection.ReceiveAsync(cancellation))
            {
                return "The server has closed the connection.";
            }

            while (connection.Session.TryTakeEvent(out RtmpClientEvent? happened))
            {
                if (happened is not RtmpClientEvent.Published)
                {
                    return LoadFailure.Describe(happened);
                }

                await connection.SendOutputAsync(cancellation);
                return null;
            }
        }
    }

    private async Task<string?> ReadAsync(LoadConnection connection, CancellationToken cancellation)
    {
        try
        {
            while (await connection.ReceiveAsync(cancellation))
            {
                while (connection.Session.TryTakeOutput(out PooledBuffer? buffer, out int length))
                {
                    _replies.Enqueue((buffer, length));
                }

                if (connection.Session.TryTakeEvent(out RtmpClientEvent? happened))
                {
                    return LoadFailure.Describe(happened);
                }
            }

            return "The server has closed the connection.";
        }
        catch (Exception exception) when (LoadFailure.TryDescribe(exception, out string? words))
        {
            return exception is OperationCanceledException ? null : words;
        }
    }

    private async Task<string?> SendAsync(LoadConnection connection, CancellationToken cancellation)
    {
        var writer = new PushMediaWriter(connection.Session.MessageStreamId, connection.Session.ChunkSize, connection.Session.Capabilities, services.Pool);
        TimeSpan began = services.Clock.Now;
        try
        {
            for (TimeSpan loop = TimeSpan.Zero; ; loop += media.Length)
            {
                foreach (LoadFrame frame in media.Frames)
                {
                    TimeSpan due = loop + TimeSpan.FromMilliseconds(frame.Milliseconds);
                    TimeSpan early = began + due - services.Clock.Now;
                    if (early > TimeSpan.Zero)
                    {
                        await Task.Delay(early, services.Time, cancellation);
                    }
                    else if (-early > Latest)
                    {
                        Volatile.Write(ref _latestTicks, -early.Ticks);
                    }

                    await SendAsync(connection, writer, frame, (long)due.TotalMilliseconds, cancellation);
                }
            }
        }
        catch (Exception exception) when (LoadFailure.TryDescribe(exception, out string? words))
        {
            return exception is OperationCanceledException ? null : words;
        }
    }

    private async Task SendAsync(LoadConnection connection, PushMediaWriter writer, LoadFrame frame, long milliseconds, CancellationToken cancellation)
    {
        while (_replies.TryDequeue(out (PooledBuffer Buffer, int Length) reply))
        {
            using (reply.Buffer)
            {
                await connection.SendAsync(reply.Buffer.Memory[..reply.Length], cancellation);
            }
        }

        MediaFrame whole = Make(frame, milliseconds);
        writer.Write(whole);
        whole.Release();
        Pictures += frame.IsPicture ? 1 : 0;
        while (writer.TryTake(out (PooledBuffer Buffer, int Length) message))
        {
            using (message.Buffer)
            {
                await connection.SendAsync(message.Buffer.Memory[..message.Length], cancellation);
                Bytes += message.Length;
            }
        }
    }

    private MediaFrame Make(in LoadFrame frame, long milliseconds)
    {
        int stamp = frame.IsPicture ? LoadStamp.Length : 0;
        PooledBuffer buffer = services.Pool.Rent(stamp + frame.Payload.Length, BufferOwner.Frame);
        frame.Payload.Span.CopyTo(buffer.Span[stamp..]);
        if (frame.IsPicture)
        {
            LoadStamp.Write(buffer.Span, services.Timestamp, (uint)Pictures);
        }

        return new MediaFrame(
            frame.Format,
            new MediaTime(milliseconds + frame.Composition, 1000),
            new MediaTime(milliseconds, 1000),
            frame.IsKeyframe,
            buffer,
            0,
            stamp + frame.Payload.Length,
            services.Clock.Now);
    }
}
