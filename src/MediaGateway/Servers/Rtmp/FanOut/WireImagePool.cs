using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>The idle <see cref="WireImage"/> objects of one worker, used by its thread only, so that a frame costs no allocation.</summary>
internal sealed class WireImagePool
{
    /// <summary>Idle objects kept; some seconds of fifty streams. What comes back beyond it is left to the garbage collector.</summary>
    private const int MaxIdle = 16_384;

    private readonly Stack<WireImage> _idle = new();

    /// <summary>Images that are referenced by somebody.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Makes an image with one reference. Takes ownership of <paramref name="buffer"/>.</summary>
    public WireImage Create(PooledBuffer buffer, int length, in WireImageDescription description)
    {
        if (!_idle.TryPop(out WireImage? image))
        {
            image = new WireImage(this);
        }

        image.Begin(buffer, length, description);
        Outstanding++;
        return image;
    }

    internal void Keep(WireImage image)
    {
        Outstanding--;
        if (_idle.Count < MaxIdle)
        {
            _idle.Push(image);
        }
    }
}
