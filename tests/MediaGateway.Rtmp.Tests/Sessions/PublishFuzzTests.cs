using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Rtmp.Tests.Media;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>What becomes of a publisher whose bytes are broken: nothing but the protocol exception, and no memory is kept.</summary>
public sealed class PublishFuzzTests
{
    [Fact]
    public void MutatedPublishers_CauseNothingButTheProtocolException()
    {
        var pool = new BufferPool();
        byte[] dialogue = RtmpDialogues.Publish();
        (int broken, int frames) = (0, 0);
        foreach (byte[] bytes in Mutations.Random(dialogue, 4000, seed: 31))
        {
            using var publisher = new SessionPublisher(pool);
            broken += Send(publisher, bytes) ? 0 : 1;
            frames += publisher.Frames;
        }

        Assert.InRange(broken, 1, 3999);
        Assert.NotEqual(0, frames);
        AssertReturned(pool);
    }

    [Fact]
    public void FuzzSeedsOfAnotherServer_CauseNothingButTheProtocolException()
    {
        var pool = new BufferPool();
        IReadOnlyList<string> files = TestData.Files("fuzz", "rtmp_gortmplib");
        int broken = 0;
        foreach (string path in files)
        {
            using var publisher = new SessionPublisher(pool);
            broken += Send(publisher, File.ReadAllBytes(path)) ? 0 : 1;
        }

        Assert.InRange(broken, 0, files.Count);
        AssertReturned(pool);
    }

    [Fact]
    public void CapturesOfMedia_PassThroughAPublishingSession()
    {
        var pool = new BufferPool();
        IReadOnlyList<string> files = TestData.Files("rtmp", "srs");
        foreach (string path in files)
        {
            using var publisher = new SessionPublisher(pool);
            Send(publisher, File.ReadAllBytes(path));
        }

        AssertReturned(pool);
    }

    private static bool Send(SessionPublisher publisher, byte[] bytes)
    {
        try
        {
            publisher.Send(bytes);
            return true;
        }
        catch (RtmpProtocolException)
        {
            return false;
        }
    }

    private static void AssertReturned(BufferPool pool) => Assert.Equal(
        (0, 0, 0),
        (pool.Outstanding(BufferOwner.RtmpMessage), pool.Outstanding(BufferOwner.Frame), pool.Outstanding(BufferOwner.Reply)));
}
