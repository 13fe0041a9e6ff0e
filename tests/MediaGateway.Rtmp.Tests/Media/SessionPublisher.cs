using System.Buffers;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>A session whose peer publishes, driven without any of the test's own allocations: what is published is released.</summary>
internal sealed class SessionPublisher : IDisposable
{
    private readonly RtmpTestClient _client = new();
    private readonly RtmpServerSession _session;

    public SessionPublisher(BufferPool pool)
    {
        var options = new RtmpSessionOptions { Limits = new RtmpLimits { MaximumSmallChunksPerSecond = int.MaxValue } };
        _session = new RtmpServerSession(options, pool, new Random(1), TimeSpan.Zero);
        Send(RtmpTestClient.Hello());
        Send(RtmpTestClient.Finish());
        Send(_client.Connect("live"));
        _session.AcceptConnect();
        Send(_client.Command("createStream", 0, [null]));
        Send(_client.Command("publish", 1, null, "x", "live"));
        _session.AcceptPublish(1);
        Drain();
    }

    /// <summary>Frames that were published.</summary>
    public int Frames { get; private set; }

    public byte[] Message(int type, byte[] body) => _client.Message(type, 1, body);

    public void Send(byte[] bytes)
    {
        _session.Receive(new ReadOnlySequence<byte>(bytes), TimeSpan.Zero, out _, out _);
        Drain();
    }

    public void Dispose()
    {
        _session.Dispose();
        _client.Dispose();
    }

    private void Drain()
    {
        while (_session.TryTakeReply(out PooledBuffer? reply, out _))
        {
            reply.Dispose();
        }

        while (_session.TryTakePublished(out RtmpPublished item))
        {
            Frames += item.Frame is null ? 0 : 1;
            item.Frame?.Release();
        }

        while (_session.TryTakeEvent(out _))
        {
        }
    }
}
