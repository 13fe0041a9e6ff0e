using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>A socket that takes as many bytes as the test says and keeps them.</summary>
internal sealed class RecordingSocket : IViewerSocket
{
    private readonly ArrayBufferWriter<byte> _taken = new();

    /// <summary>Bytes that it still takes before it is full.</summary>
    public long Room { get; set; } = long.MaxValue;

    public bool IsGone { get; set; }

    public bool ThrowsOnSend { get; set; }

    public bool ThrowsOnMeasure { get; set; }

    public bool ThrowsOnLetGo { get; set; }

    /// <summary>Whether bytes are counted only, for tests that measure allocation.</summary>
    public bool CountsOnly { get; set; }

    public long TakenBytes { get; private set; }

    public int Calls { get; private set; }

    public bool IsLetGo { get; private set; }

    /// <summary>What was taken, as numbers of ten-byte images: see <see cref="Images"/>.</summary>
    public List<int> Numbers =>
        [.. _taken.WrittenSpan.ToArray().Chunk(Images.ImageBytes).Select(image => BinaryPrimitives.ReadInt32BigEndian(image))];

    public byte[] Taken => _taken.WrittenSpan.ToArray();

    /// <summary>To be called when there is room again.</summary>
    public Action? HasRoom { get; private set; }

    public void Register(EventQueue queue, ulong token, Action hasRoom) => HasRoom = hasRoom;

    public SendOutcome Send(SendBatch batch, out int sent)
    {
        sent = 0;
        ThrowIf(ThrowsOnSend);
        if (IsGone)
        {
            return SendOutcome.Closed;
        }

        Assert.True(batch.Count > 0);
        Calls++;
        foreach (ReadOnlyMemory<byte> segment in batch.Segments)
        {
            int part = (int)Math.Min(segment.Length, Room);
            Room -= part;
            sent += part;
            if (!CountsOnly)
            {
                _taken.Write(segment.Span[..part]);
            }
        }

        TakenBytes += sent;
        return sent == 0 ? SendOutcome.WouldBlock : SendOutcome.Sent;
    }

    public bool TryMeasure(out SocketQueue queue)
    {
        ThrowIf(ThrowsOnMeasure);
        queue = default;
        return false;
    }

    public void LetGo(EventQueue queue)
    {
        IsLetGo = true;
        ThrowIf(ThrowsOnLetGo);
    }

    private static void ThrowIf(bool throws)
    {
        if (throws)
        {
            throw new InvalidOperationException("a fault that the test wants");
        }
    }
}
