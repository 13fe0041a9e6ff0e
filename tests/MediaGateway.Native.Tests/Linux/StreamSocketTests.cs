using System.Net.Sockets;
using System.Runtime.InteropServices;
using MediaGateway.Native.Linux;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Linux;

public sealed class StreamSocketTests
{
    [Fact]
    public void GatheredSegments_ArriveInOrder()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            using var socket = new StreamSocket(near.SafeHandle);
            socket.SetNoDelay(true);
            socket.SetNotSentLowWater(128 * 1024);
            socket.SetUserTimeout(TimeSpan.FromSeconds(10));
            using var list = new GatherList(4);
            byte[] shared = "0123456789"u8.ToArray();
            Assert.True(list.TryAdd(shared.AsMemory(2, 3)));
            Assert.True(list.TryAdd(ReadOnlyMemory<byte>.Empty));
            Assert.True(list.TryAdd("ab"u8.ToArray()));
            Assert.True(list.TryAdd(shared.AsMemory(9)));
            Assert.Equal((3, 6), (list.Count, list.TotalBytes));

            Assert.Equal(SendOutcome.Sent, socket.Send(list, out int sent));
            Assert.Equal(6, sent);
            Assert.Equal(SendOutcome.Sent, socket.Send("!"u8, out sent));
            Assert.Equal(1, sent);
            list.Clear();
            Assert.Equal(SendOutcome.Sent, socket.Send(list, out sent));
            Assert.Equal(0, sent);

            Assert.Equal("234ab9!", ReadText(far, 7));
        }
    }

    [Fact]
    public void FullList_RefusesMore()
    {
        using var list = new GatherList(1);
        Assert.True(list.TryAdd(new byte[1]));
        Assert.True(list.IsFull);
        Assert.False(list.TryAdd(new byte[1]));
        list.Clear();
        Assert.True(list.TryAdd(new byte[1]));
    }

    [Fact]
    public void ViewerThatDoesNotRead_NeverBlocksTheSender()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            using var socket = new StreamSocket(near.SafeHandle);
            socket.SetNotSentLowWater(64 * 1024);
            using var list = new GatherList(16);
            for (int index = 0; index < 16; index++)
            {
                list.TryAdd(new byte[64 * 1024]);
            }

            long taken = 0;
            SendOutcome outcome = SendOutcome.Sent;
            for (int round = 0; round < 10_000 && outcome == SendOutcome.Sent; round++)
            {
                outcome = socket.Send(list, out int sent);
                taken += sent;
            }

            Assert.Equal(SendOutcome.WouldBlock, outcome);
            Assert.Equal(SendOutcome.WouldBlock, socket.Send("x"u8, out int none));
            Assert.Equal(0, none);

            byte[] sink = new byte[1 << 20];
            for (long read = 0; read < taken;)
            {
                read += far.Receive(sink);
            }

            Assert.Equal(SendOutcome.Sent, socket.Send("x"u8, out _));
        }
    }

    [Fact]
    public void ConnectionReset_IsClosedNotAnException()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        {
            using var socket = new StreamSocket(near.SafeHandle);
            far.LingerState = new LingerOption(true, 0);
            far.Dispose();
            using var list = new GatherList(1);
            list.TryAdd(new byte[10]);
            SendOutcome outcome = SendOutcome.Sent;
            for (int attempt = 0; attempt < 1000 && outcome == SendOutcome.Sent; attempt++)
            {
                outcome = socket.Send(list, out _);
            }

            Assert.Equal(SendOutcome.Closed, outcome);
            socket.SetNoDelay(true);
        }
    }

    [Fact]
    public void CallThatFailed_GivesNoDescriptorWhateverTheUpperHalfOfItsResultSays()
    {
        using var handle = new FileDescriptorHandle();
        Marshal.InitHandle(handle, unchecked((nint)uint.MaxValue));
        Assert.True(handle.IsInvalid);
    }

    [Fact]
    public void SocketClosedByItsOwner_IsClosedForUsAndItsDescriptorNotReused()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (far)
        {
            SafeSocketHandle handle = near.SafeHandle;
            using var socket = new StreamSocket(handle);
            near.Shutdown(SocketShutdown.Both);
            near.Dispose();
            (Socket other, Socket otherFar) = LoopbackPair.Connect();
            using (other)
            using (otherFar)
            {
                Assert.Equal(SendOutcome.Closed, socket.Send("x"u8, out _));
                Assert.Equal(0, otherFar.Available);
            }

            Assert.Throws<ObjectDisposedException>(() => new StreamSocket(handle));
            socket.Dispose();
            Assert.Throws<ObjectDisposedException>(() => socket.Send("x"u8, out _));
        }
    }

    [Fact]
    public void Sending_AllocatesNothing()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            using var socket = new StreamSocket(near.SafeHandle);
            using var list = new GatherList(8);
            byte[][] images = Enumerable.Range(0, 8).Select(_ => new byte[500]).ToArray();
            byte[] sink = new byte[8192];
            void Round()
            {
                for (int index = 0; index < 8; index++)
                {
                    list.TryAdd(images[index]);
                }

                socket.Send(list, out int sent);
                list.Clear();
                socket.Send(sink.AsSpan(0, 8192 - sent), out _);
                for (int read = 0; read < 8192;)
                {
                    read += far.Receive(sink);
                }
            }

            Assert.Equal(0, Allocation.Of(500, Round));
        }
    }

    private static string ReadText(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int read = 0; read < length;)
        {
            read += socket.Receive(bytes.AsSpan(read));
        }

        return System.Text.Encoding.ASCII.GetString(bytes);
    }
}
