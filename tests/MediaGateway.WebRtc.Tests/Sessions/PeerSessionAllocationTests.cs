using System.Security.Cryptography;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionAllocationTests
{
    /// <summary>Measured: one <see cref="MediaFrame"/> with its header.</summary>
    private const int FrameObjectBytes = 96;

    private const int Pieces = 8;

    [Fact]
    public void SteadyStream_AllocatesOneObjectPerFrameAndNothingPerPacket()
    {
        var pool = new BufferPool();
        using var random = RandomNumberGenerator.Create();
        var services = new PeerServices(pool, new FakeDtlsFactory(), PlainSrtpCipher.Factory, random);
        TimeSpan now = TimeSpan.FromHours(3);
        Assert.True(PeerSession.TryAcceptOffer(TestPublisher.Offer(), PeerPair.Options(), services, now, out PeerSession? session, out _));
        using PeerSession peer = session!;
        using var publisher = new TestPublisher { PictureBytes = 9000 };
        publisher.Start(peer.Answer, new TransportPath(PeerPair.Address("192.0.2.10:40000"), PeerPair.GatewayAddress), now);

        List<(TimeSpan At, TransportPath Path, byte[] Datagram)> script = Record(peer, publisher, pool, ref now);

        // Code that the runtime has not optimized yet allocates what later does without; on a busy machine that may take a while.
        int piece = script.Count / Pieces;
        double least = double.MaxValue;
        for (int i = 0; i < Pieces; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            (int packets, int frames) = Play(peer, pool, script, i * piece, (i + 1) * piece);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(frames, 400, packets / 3);
            least = Math.Min(least, (double)allocated / frames);
            TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes for {packets} packets, {frames} frames");
        }

        Assert.InRange(least, 0, FrameObjectBytes);
    }

    /// <summary>Connects, then records what the publisher would send in a minute without giving it to the session.</summary>
    private static List<(TimeSpan At, TransportPath Path, byte[] Datagram)> Record(
        PeerSession peer, TestPublisher publisher, BufferPool pool, ref TimeSpan now)
    {
        for (int i = 0; i < 100 && !publisher.IsConnected; i++)
        {
            now += TimeSpan.FromMilliseconds(10);
            publisher.Advance(now);
            foreach ((TransportPath path, byte[] datagram) in publisher.TakeAll())
            {
                Give(peer, pool, now, path, datagram);
            }

            while (peer.TryTakeDatagram(out OutgoingDatagram answer))
            {
                publisher.Receive(answer.Buffer.Span[..answer.Length], now);
                answer.Buffer.Dispose();
            }
        }

        Assert.True(publisher.IsConnected);
        List<(TimeSpan, TransportPath, byte[])> script = [];
        TimeSpan end = now + TimeSpan.FromSeconds(60);
        while (now < end)
        {
            now = publisher.NextDeadline > now ? publisher.NextDeadline : now;
            publisher.Advance(now);
            TimeSpan at = now;
            script.AddRange(publisher.TakeAll().Select(sent => (at, sent.Path, sent.Datagram)));
        }

        return script;
    }

    private static (int Packets, int Frames) Play(
        PeerSession peer, BufferPool pool, List<(TimeSpan At, TransportPath Path, byte[] Datagram)> script, int from, int to)
    {
        int frames = 0;
        for (int i = from; i < to; i++)
        {
            (TimeSpan at, TransportPath path, byte[] datagram) = script[i];
            Give(peer, pool, at, path, datagram);
            if (peer.NextDeadline <= at)
            {
                peer.Advance(at);
            }

            while (peer.TryTakeDatagram(out OutgoingDatagram outgoing))
            {
                outgoing.Buffer.Dispose();
            }

            while (peer.TryTakeFrame(out MediaFrame? frame))
            {
                frames++;
                frame!.Release();
            }
        }

        return (to - from, frames);
    }

    private static void Give(PeerSession peer, BufferPool pool, TimeSpan now, TransportPath path, byte[] datagram)
    {
        PooledBuffer buffer = pool.Rent(datagram.Length, BufferOwner.Datagram);
        datagram.CopyTo(buffer.Span);
        peer.Receive(new IncomingDatagram(path, buffer, datagram.Length, now));
    }
}
