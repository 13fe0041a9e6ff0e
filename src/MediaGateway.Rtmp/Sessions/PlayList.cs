using System.Diagnostics.CodeAnalysis;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>What is to be played on one message stream after what plays now. Bounded: a full list refuses.</summary>
internal sealed class PlayList
{
    /// <summary>Streams that may wait.</summary>
    public const int MaximumItems = 32;

    private readonly List<Item> _items = [];

    /// <summary>Adds a stream at the end; false when the list is full.</summary>
    public bool TryAdd(Item item)
    {
        bool hasRoom = _items.Count < MaximumItems;
        if (hasRoom)
        {
            _items.Add(item);
        }

        return hasRoom;
    }

    /// <summary>Puts a stream in the place of the first one of that name; false when there is none.</summary>
    public bool TryReplace(string name, Item item)
    {
        int index = _items.FindIndex(candidate => candidate.Name == name);
        if (index >= 0)
        {
            _items[index] = item;
        }

        return index >= 0;
    }

    /// <summary>Takes the first stream; false when the list is empty.</summary>
    public bool TryTake([NotNullWhen(true)] out Item? item)
    {
        item = _items.Count > 0 ? _items[0] : null;
        if (item is not null)
        {
            _items.RemoveAt(0);
        }

        return item is not null;
    }

    /// <summary>Forgets all of it.</summary>
    public void Clear() => _items.Clear();

    /// <summary>One stream of the list.</summary>
    /// <param name="Name">As the peer wrote it.</param>
    /// <param name="Request">What the owner will be asked.</param>
    internal sealed record Item(string Name, RtmpEvent.PlayRequested Request);
}
