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
        byte[] dialogue = Dialogue();
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

    // Every kind of message that a publisher sends, after publish.
    private static byte[] Dialogue()
    {
        using var client = new RtmpTestClient();
        return
        [
            .. client.Control(1, 4096),
            .. client.Message(18, 1, Wire.Hex("02 000d 4073657444617461 4672616d65 02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4084000000000000 000009")),
            .. client.Message(9, 1, [.. Wire.Hex("17 00 000000"), .. TagBodies.AvcRecord]),
            .. client.Message(8, 1, Wire.Hex("af 00 1190")),
            .. client.Message(9, 1, [.. Wire.Hex("17 01 000050 000001f4 65"), .. new byte[499]], timestamp: 40),
            .. client.Message(8, 1, Wire.Hex("af 01 2110"), timestamp: 41),
            .. client.Message(22, 1, Wire.Hex("08 000002 000000 00 000000 72d5 0000000d 08 000002 000014 00 000000 72d5 0000000d"), timestamp: 50),
            .. client.Message(9, 1, Wire.Hex("96 11 68766331 00 000001 00 01 000001 00"), timestamp: 0x1000000),
            .. client.Message(17, 0, Wire.Hex("00 02 0004 63616c6c 00 0000000000000000 11 0a 0b 01 03 61 04 01 01")),
            .. client.UserControl(6, 1),
            .. client.Command("FCUnpublish", 0, null, "x"),
            .. client.Command("publish", 1, null, "y", "live"),
        ];
    }
}
