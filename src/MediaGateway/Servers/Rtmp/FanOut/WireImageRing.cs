using System.Numerics;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// The last wire images of one stream, numbered from 0 without a gap. The current group of pictures is kept from its keyframe on;
/// what is older is kept for viewers who lag, and less of it. Bounded in media time, bytes and count; when it is full the oldest image
/// goes. Used by one worker thread only.
/// </summary>
internal sealed class WireImageRing(FanOutSettings settings)
{
    /// <summary>No keyframe is in the ring.</summary>
    public const long NoStart = -1;

    /// <summary>Images kept at most, however small they are.</summary>
    public const int MaxImages = 16_384;

    private readonly long _maxLag = (long)settings.MaxLag.TotalMilliseconds;
    private readonly long _maxGroup = (long)settings.MaxGroup.TotalMilliseconds;
    private WireImage?[] _slots = new WireImage?[256];
    private long _newestStamp = long.MinValue;
    private int _pictures;
    private long _start = NoStart;

    /// <summary>The number of the oldest image.</summary>
    public long First { get; private set; }

    /// <summary>The number that the next image will get.</summary>
    public long Next { get; private set; }

    /// <summary>Bytes of all images.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number of the newest image at which a viewer may start, or <see cref="NoStart"/>.</summary>
    public long Start => _start >= First ? _start : NoStart;

    /// <summary>The latest time of an image, in milliseconds; 0 while there is none.</summary>
    public long NewestStamp => _newestStamp == long.MinValue ? 0 : _newestStamp;

    /// <summary>Whether there are pictures in the ring; when there are none, viewers may start at any sound.</summary>
    public bool HasPictures => _pictures > 0;

    /// <summary>The image of a number from <see cref="First"/> up to <see cref="Next"/>; the ring keeps its reference.</summary>
    public WireImage this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(index, First);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Next);
            return SlotOf(index)!; // Every number in between has its image.
        }
    }

    /// <summary>Appends an image and takes over the caller's reference.</summary>
    public void Append(WireImage image)
    {
        if (Next - First == _slots.Length)
        {
            Grow();
        }

        WireImageDescription description = image.Description;
        SlotOf(Next) = image;
        Bytes += image.Length;
        _newestStamp = Math.Max(_newestStamp, description.Stamp);
        _pictures += description.Kind == WireImageKind.Video ? 1 : 0;
        if (description.StartsGroup)
        {
            _start = Next;
        }

        Next++;
        while (Next - First > 1 && OldestMustGo())
        {
            DropOldest();
        }
    }

    /// <summary>Lets all images go. Numbers go on from where they were.</summary>
    public void Clear()
    {
        while (First < Next)
        {
            DropOldest();
        }

        _newestStamp = long.MinValue;
    }

    private bool OldestMustGo()
    {
        long age = _newestStamp - this[First].Description.Stamp;
        bool isOfCurrentGroup = Start != NoStart && First >= Start;
        return Next - First > MaxImages
            || Bytes > (isOfCurrentGroup ? Math.Max(settings.MaxGroupBytes, settings.MaxBytes) : settings.MaxBytes)
            || age > (isOfCurrentGroup ? Math.Max(_maxGroup, _maxLag) : _maxLag);
    }

    private void DropOldest()
    {
        ref WireImage? slot = ref SlotOf(First);
        WireImage image = slot!; // First is below Next.
        slot = null;
        First++;
        Bytes -= image.Length;
        _pictures -= image.Description.Kind == WireImageKind.Video ? 1 : 0;
        image.Release();
    }

    private ref WireImage? SlotOf(long index) => ref _slots[(int)(index & (_slots.Length - 1))];

    private void Grow()
    {
        WireImage?[] larger = new WireImage?[BitOperations.RoundUpToPowerOf2((uint)_slots.Length + 1)];
        for (long index = First; index < Next; index++)
        {
            larger[(int)(index & (larger.Length - 1))] = SlotOf(index);
        }

        _slots = larger;
    }
}
