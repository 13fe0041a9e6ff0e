using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Snapshots;

/// <summary>Takes one keyframe of a stream: the cached one at once, or else the next.</summary>
internal sealed class KeyframeCatcher : IStreamOutlet
{
    private static readonly SubscriptionOptions Options = new(AudioPreference.None, StartPoint.CachedGroup, IsIncidental: true);

    private readonly TaskCompletionSource<MediaFrame?> _caught = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for a keyframe; the caller owns its reference. Null when none came in time, or the stream has no pictures or has ended.</summary>
    public static async Task<MediaFrame?> CatchAsync(LiveStream stream, TimeSpan patience, TimeProvider time)
    {
        var catcher = new KeyframeCatcher();
        if (!stream.Attach(catcher, Options))
        {
            return null;
        }

        try
        {
            if (!catcher._caught.Task.IsCompleted)
            {
                stream.RequestKeyframe();
            }

            return await catcher._caught.Task.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            return catcher._caught.TrySetResult(null) ? null : await catcher._caught.Task; // It came at the last moment.
        }
        finally
        {
            stream.Detach(catcher);
        }
    }

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        if (formats.Video is null)
        {
            _caught.TrySetResult(null);
        }
    }

    /// <inheritdoc/>
    public void Deliver(MediaFrame frame)
    {
        bool isWanted = frame is { Kind: TrackKind.Video, IsKeyframe: true } && frame.Format is not FlvTagFormat { TrackId: > 0 };
        if (!isWanted || !_caught.TrySetResult(frame))
        {
            frame.Release();
        }
    }

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata)
    {
    }

    /// <inheritdoc/>
    public void End(StreamEndReason reason) => _caught.TrySetResult(null);
}
