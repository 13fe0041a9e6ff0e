using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Flv;

/// <summary>
/// One viewer of a stream as FLV over HTTP: begins with the cached group of pictures, ends with the stream. Frames are shared with all
/// viewers and copied once, into the connection. A viewer that takes them slower than they come goes on at the newest keyframe; one that
/// takes nothing for <see cref="RtmpOptions.SlowViewerTimeout"/> is disconnected. Used once, by one task.
/// </summary>
/// <param name="stream">What it watches.</param>
/// <param name="audio">Which sound.</param>
/// <param name="services">The rest of the gateway.</param>
internal sealed class FlvPlayback(LiveStream stream, AudioPreference audio, FlvServices services)
{
    /// <summary>Bytes after which what was written is sent, so that a long cached group does not pile up in the connection.</summary>
    private const int BatchBytes = 64 * 1024;

    private readonly WakeSignal _wake = new();
    private long _flushed;

    /// <summary>Bytes sent.</summary>
    public long Bytes => _flushed;

    /// <summary>Frames sent.</summary>
    public long Frames { get; private set; }

    /// <summary>Frames that the viewer was too slow for.</summary>
    public long DroppedFrames { get; private set; }

    /// <summary>Plays to the end, and says why it has come.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="stop">Cancelled when the viewer has gone or is to go.</param>
    public async Task<SessionEndReason> PlayAsync(IFlvTarget target, CancellationToken stop)
    {
        var outlet = new BoundedOutlet(services.Options.ViewerQueueDuration, services.Options.ViewerQueueBytes, services.Clock, _wake.Set);
        using var abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
        using CancellationTokenRegistration registration = stop.Register(() =>
        {
            abort.Cancel();
            _wake.Set();
        });
        if (!stream.Attach(outlet, new SubscriptionOptions(audio, StartPoint.CachedGroup)))
        {
            return SessionEndReason.Completed;
        }

        stream.AddViewers(1);
        try
        {
            return await PlayAsync(outlet, new FlvFileWriter(target.Output), target, abort, stop);
        }
        catch (OperationCanceledException)
        {
            return abort.IsCancellationRequested && !stop.IsCancellationRequested ? SessionEndReason.SlowConsumer : SessionEndReason.PeerClosed;
        }
        catch (IOException)
        {
            return SessionEndReason.TransportError;
        }
        finally
        {
            stream.Detach(outlet);
            outlet.Close();
            stream.AddViewers(-1);
            NoteDropped(outlet);
        }
    }

    private async Task<SessionEndReason> PlayAsync(
        BoundedOutlet outlet, FlvFileWriter writer, IFlvTarget target, CancellationTokenSource abort, CancellationToken stop)
    {
        while (true)
        {
            bool hasEnded = false;
            while (!hasEnded && writer.Position - _flushed < BatchBytes && outlet.TryTake(out OutletItem item))
            {
                hasEnded = Take(item, writer);
            }

            bool isIdle = writer.Position == _flushed;
            if (!isIdle)
            {
                abort.CancelAfter(services.Options.SlowViewerTimeout);
                await target.FlushAsync(abort.Token);
                abort.CancelAfter(Timeout.InfiniteTimeSpan);
                NoteSent(writer, outlet);
            }

            if (hasEnded)
            {
                return SessionEndReason.Completed;
            }

            if (isIdle)
            {
                stop.ThrowIfCancellationRequested();
                await _wake.WaitAsync();
            }
        }
    }

    /// <summary>Writes one entry; true for the end.</summary>
    private static bool Take(in OutletItem item, FlvFileWriter writer)
    {
        switch (item.Kind)
        {
            case OutletItemKind.Start:
                TrackFormat?[] formats = [item.Formats.Video, item.Formats.Audio];
                writer.Begin([.. formats.OfType<TrackFormat>()], item.Formats.Metadata);
                return false;
            case OutletItemKind.Frame:
                Write(item.Frame!, writer); // an entry of this kind carries one
                return false;
            case OutletItemKind.End:
                return true;
            default:
                return false; // What the publisher says later has no place: players take a second onMetaData for another stream.
        }
    }

    // Further tracks are for players that have asked for them, which nobody can here.
    private static void Write(MediaFrame frame, FlvFileWriter writer)
    {
        try
        {
            if (frame.Format is not FlvTagFormat { TrackId: > 0 })
            {
                writer.Write(frame);
            }
        }
        finally
        {
            frame.Release();
        }
    }

    private void NoteSent(FlvFileWriter writer, BoundedOutlet outlet)
    {
        services.Metrics.BytesSent(writer.Position - _flushed);
        _flushed = writer.Position;
        Frames = writer.Frames;
        NoteDropped(outlet);
    }

    private void NoteDropped(BoundedOutlet outlet)
    {
        long dropped = outlet.DroppedFrames;
        if (dropped > DroppedFrames)
        {
            stream.Drops.Add(StreamDropReason.SlowViewer, dropped - DroppedFrames);
            DroppedFrames = dropped;
        }
    }
}
