using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>
/// A connection over a link of a given rate, in virtual time: the kernel takes bytes while few lie unsent, the network holds some more,
/// and the rest passes at the rate. What has passed is kept as RTMP messages with the time of arrival.
/// </summary>
internal sealed class SlowLink(int chunkSize) : IViewerSocket, IDisposable
{
    /// <summary>What fits into the queue of the slow router, in bytes.</summary>
    private const int RouterQueue = 24 * 1024;

    private readonly SentMedia _arrived = new(chunkSize);
    private readonly Queue<byte[]> _queue = new();
    private int _offset;
    private int _queued;
    private int _unsentLimit = 128 * 1024;
    private double _credit;

    public double BitsPerSecond { get; set; }

    /// <summary>Each picture with the time at which its last byte had passed.</summary>
    public List<(TimeSpan At, long Stamp, byte Source)> Pictures { get; } = [];

    public bool HasRoom => _queued < _unsentLimit + RouterQueue;

    public void Register(EventQueue queue, ulong token, Action hasRoom)
    {
    }

    public SendOutcome Send(SendBatch batch, out int sent)
    {
        sent = 0;
        foreach (ReadOnlyMemory<byte> segment in batch.Segments)
        {
            int part = Math.Min(segment.Length, Math.Max(0, _unsentLimit + RouterQueue - _queued));
            if (part > 0)
            {
                _queue.Enqueue(segment[..part].ToArray());
            }

            (sent, _queued) = (sent + part, _queued + part);
            if (part < segment.Length)
            {
                break;
            }
        }

        return sent == 0 ? SendOutcome.WouldBlock : SendOutcome.Sent;
    }

    public bool TryMeasure(out SocketQueue queue)
    {
        queue = new SocketQueue(_queued, TimeSpan.Zero);
        return true;
    }

    public void LimitUnsent(int bytes) => _unsentLimit = bytes;

    public void LetGo(EventQueue queue)
    {
    }

    /// <summary>Time passes: bytes arrive.</summary>
    public void Pass(TimeSpan now, TimeSpan time)
    {
        _credit += BitsPerSecond / 8 * time.TotalSeconds;
        while (_credit >= 1 && _queue.TryPeek(out byte[]? first))
        {
            int part = (int)Math.Min(_credit, first.Length - _offset);
            _arrived.Take(first.AsSpan(_offset, part));
            (_credit, _offset, _queued) = (_credit - part, _offset + part, _queued - part);
            if (_offset == first.Length)
            {
                _queue.Dequeue();
                _offset = 0;
            }
        }

        _credit = _queue.Count == 0 ? Math.Min(_credit, 4096) : _credit;
        foreach (MediaGateway.Testing.RtmpTestMessage message in _arrived.Messages.Where(SentMedia.IsPicture))
        {
            Pictures.Add((now, message.Timestamp, message.Body[^1]));
        }

        _arrived.Messages.Clear();
    }

    public void Dispose() => _arrived.Dispose();
}
