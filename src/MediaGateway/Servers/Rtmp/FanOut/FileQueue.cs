using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>One message on its way from a file to a player.</summary>
/// <param name="Buffer">Its bytes in chunks; the queue owns them.</param>
/// <param name="Length">How many there are.</param>
/// <param name="IsFrame">Whether it is a frame, not a header.</param>
/// <param name="Sent">Told, on the worker's thread, when the player's socket has taken it; null when nobody needs to know.</param>
internal readonly record struct FileMessage(PooledBuffer Buffer, int Length, bool IsFrame, Action? Sent = null);

/// <summary>
/// What was read of a file for one player and is to be sent: filled by one reading thread, emptied by the worker that sends to the player.
/// Bounded in bytes and messages: a full queue stops the reading, and the player's socket sets the pace. Nothing is ever
/// dropped before <see cref="Close"/>.
/// </summary>
/// <param name="onRoom">Wakes the reader, on the worker's thread.</param>
internal sealed class FileQueue(Action onRoom)
{
    /// <summary>Bytes that wait for the player's socket, beside one message more.</summary>
    public const int MaximumBytes = 512 * 1024;

    /// <summary>Messages that wait.</summary>
    public const int MaximumMessages = 512;

    private readonly SpscQueue<FileMessage> _messages = new(MaximumMessages);
    private long _bytes;
    private long _sentBytes;
    private long _addedBytes;
    private int _wantsRoom;
    private int _parted;
    private Viewer? _viewer;
    private volatile bool _isComplete;
    private volatile bool _isClosed;

    /// <summary>Whether the player wants no more of it.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Bytes that the player's socket has taken. Any thread.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Bytes that were added, sent or not. Any thread.</summary>
    public long AddedBytes => Volatile.Read(ref _addedBytes);

    /// <summary>The reader: whether another message may be added. When not, the reader is woken as soon as half of the room is free.</summary>
    /// <param name="messages">How many are to be added.</param>
    public bool HasRoom(int messages = 1)
    {
        if (IsRoomy(1) && _messages.Count + messages <= MaximumMessages)
        {
            return true;
        }

        Interlocked.Exchange(ref _wantsRoom, 1);
        return IsRoomy(2) && Interlocked.Exchange(ref _wantsRoom, 0) == 1;
    }

    /// <summary>The reader: adds a message; there must be room.</summary>
    public void Add(in FileMessage message)
    {
        Interlocked.Add(ref _bytes, message.Length);
        Volatile.Write(ref _addedBytes, _addedBytes + message.Length);
        if (!_messages.TryEnqueue(message))
        {
            throw new InvalidOperationException("A message was added to a full queue.");
        }
    }

    /// <summary>The reader: tells the worker that there is something to do.</summary>
    public void Announce()
    {
        // Who attaches looks into the queue afterwards; we look for him after filling it: one of the two sees the other.
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _viewer)?.Poke();
    }

    /// <summary>The reader: no message follows.</summary>
    public void Complete()
    {
        _isComplete = true;
        Announce();
    }

    /// <summary>The reader has ended and touches the queue no more. Once.</summary>
    public void Abandon() => Part();

    /// <summary>The worker: messages to send. From here on the worker alone takes from the queue, until it closes it.</summary>
    public void Attach(Viewer viewer)
    {
        Volatile.Write(ref _viewer, viewer);
        Interlocked.MemoryBarrier();
    }

    /// <summary>The worker: messages that wait.</summary>
    public int Count => _messages.Count;

    /// <summary>The worker: whether all has been sent.</summary>
    public bool IsFinished => _isComplete && _messages.Count == 0;

    /// <summary>The worker: a message that waits.</summary>
    public FileMessage Peek(int place) => _messages.Peek(place);

    /// <summary>The worker: takes the first message; its buffer is the worker's.</summary>
    public FileMessage Take()
    {
        _messages.TryDequeue(out FileMessage message);
        Interlocked.Add(ref _bytes, -message.Length);
        Volatile.Write(ref _sentBytes, _sentBytes + message.Length);
        message.Sent?.Invoke();
        if (IsRoomy(2) && Interlocked.Exchange(ref _wantsRoom, 0) == 1)
        {
            onRoom();
        }

        return message;
    }

    /// <summary>Nothing more is sent of it. Once, by the worker, or by the player's loop when the worker never had it.</summary>
    public void Close()
    {
        _isClosed = true;
        onRoom();
        Part();
    }

    // Reader and worker part from the queue at any time; whoever is second lets the rest go.
    private void Part()
    {
        if (Interlocked.Increment(ref _parted) == 2)
        {
            while (_messages.TryDequeue(out FileMessage message))
            {
                message.Buffer.Dispose();
            }
        }
    }

    private bool IsRoomy(int share) =>
        Interlocked.Read(ref _bytes) < MaximumBytes / share && _messages.Count < MaximumMessages / share;
}
