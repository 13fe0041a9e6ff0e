using System.Net.Sockets;
using MediaGateway.Native.Linux;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Linux;

public sealed class SocketLivenessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PeerThatVanishes_OwesFromItsLastAcknowledgementOn()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            near.Send("a"u8);
            await UntilAsync(() => far.Available == 1 && SocketLiveness.Unacknowledged(near.SafeHandle) == TimeSpan.Zero);

            DeafSocket.Make(far);
            Assert.Equal(TimeSpan.Zero, SocketLiveness.Unacknowledged(near.SafeHandle));
            near.Send("b"u8);
            await UntilAsync(() => SocketLiveness.Unacknowledged(near.SafeHandle) > TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task PeerThatDoesNotRead_OwesNothing()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            await FillAsync(near);

            // The window is closed; probes of it are acknowledged, at ever longer intervals.
            long start = Environment.TickCount64;
            await UntilAsync(() =>
            {
                Assert.InRange(SocketLiveness.Unacknowledged(near.SafeHandle), TimeSpan.Zero, TimeSpan.FromSeconds(1));
                return Environment.TickCount64 - start > 3000;
            });
        }
    }

    [Fact]
    public async Task PeerThatVanishesWhileItDoesNotRead_IsNoticedByTheProbes()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            await FillAsync(near);
            DeafSocket.Make(far);
            await UntilAsync(() => SocketLiveness.Unacknowledged(near.SafeHandle) > TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void ClosedSocket_OwesNothing()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        SafeSocketHandle handle = near.SafeHandle;
        near.Dispose();
        far.Dispose();
        Assert.Equal(TimeSpan.Zero, SocketLiveness.Unacknowledged(handle));
    }

    /// <summary>Sends to a peer that does not read until nothing more fits into its window and the socket's own buffer.</summary>
    private static Task FillAsync(Socket near)
    {
        near.Blocking = false;
        byte[] bytes = new byte[64 * 1024];
        return UntilAsync(() => near.Send(bytes, SocketFlags.None, out SocketError error) == 0 && error == SocketError.WouldBlock);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
