using System.Buffers.Binary;
using MediaGateway.Testing;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>An RTMP encoder over a real socket: publishes H.264 with real parameter sets, and AAC, frame by frame as a test says.</summary>
internal sealed class TestEncoder : IDisposable
{
    private TestEncoder(TestPlayer wire) => Wire = wire;

    /// <summary>The connection, and what the server said on it.</summary>
    public TestPlayer Wire { get; }

    private RtmpTestClient Client => Wire.Client;

    /// <summary>The AVCDecoderConfigurationRecord that it sends.</summary>
    public static byte[] ConfigurationRecord { get; } =
    [
        1, TestMedia.SequenceParameterSet[1], TestMedia.SequenceParameterSet[2], TestMedia.SequenceParameterSet[3], 0xFF, 0xE1,
        0, (byte)TestMedia.SequenceParameterSet.Length, .. TestMedia.SequenceParameterSet,
        1, 0, (byte)TestMedia.PictureParameterSet.Length, .. TestMedia.PictureParameterSet,
    ];

    /// <summary>Dials and connects.</summary>
    public static async Task<TestEncoder> ConnectAsync(int port, string app = "live")
    {
        TestPlayer wire = await TestPlayer.DialAsync(port);
        await wire.ConnectAsync(app);
        return new TestEncoder(wire);
    }

    /// <summary>Dials, connects and publishes; returns when the server has accepted.</summary>
    public static async Task<TestEncoder> PublishAsync(int port, string stream)
    {
        TestEncoder encoder = await ConnectAsync(port);
        await encoder.AskToPublishAsync(stream);
        await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.Start");
        return encoder;
    }

    /// <summary>What OBS and ffmpeg say up to the publish command.</summary>
    public async Task AskToPublishAsync(string stream, string type = "live")
    {
        await Wire.SendAsync(Client.Command("releaseStream", 0, null, stream));
        await Wire.SendAsync(Client.Command("FCPublish", 0, null, stream));
        await Wire.SendAsync(Client.Command("createStream", 0, [null]));
        await Wire.UntilAsync(message => message.Name == "_result" && message.Values.Count == 4 && message.Values[3].AsNumber == 1);
        await Wire.SendAsync(Client.Command("publish", 1, null, stream, type));
    }

    /// <summary>Both sequence headers.</summary>
    public async Task SendHeadersAsync(uint timestamp = 0)
    {
        await SendAsync(9, [0x17, 0, 0, 0, 0, .. ConfigurationRecord], timestamp);
        await SendAsync(8, [0xAF, 0, 0x11, 0x90], timestamp);
    }

    /// <summary>A picture.</summary>
    public Task SendPictureAsync(int number, bool isKeyframe, uint timestamp, int length = 1000, int composition = 0) =>
        SendAsync(9, Picture(number, isKeyframe, length, composition), timestamp);

    /// <summary>The body of a picture's message.</summary>
    public static byte[] Picture(int number, bool isKeyframe, int length, int composition = 0)
    {
        byte[] slice = TestMedia.Slice(number, isKeyframe, length);
        byte[] body = new byte[9 + slice.Length];
        (body[0], body[1]) = (isKeyframe ? (byte)0x17 : (byte)0x27, 1);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), composition);
        body[1] = 1;
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(5), slice.Length);
        slice.CopyTo(body, 9);
        return body;
    }

    /// <summary>A frame of AAC.</summary>
    public Task SendSoundAsync(uint timestamp) => SendAsync(8, [0xAF, 1, 0x21, 0x10, (byte)timestamp], timestamp);

    /// <summary>An audio, video or data message.</summary>
    public Task SendAsync(int type, byte[] body, uint timestamp) =>
        Wire.SendAsync(Client.Message(type, 1, body, type == 8 ? 4 : 6, timestamp));

    /// <summary>Metadata, as encoders wrap it.</summary>
    public Task SendMetadataAsync(Dictionary<string, object?> properties) => Wire.SendAsync(Client.Data(1, "@setDataFrame", "onMetaData", properties));

    /// <summary>Ends the stream as encoders do.</summary>
    public async Task UnpublishAsync(string stream)
    {
        await Wire.SendAsync(Client.Command("FCUnpublish", 0, null, stream));
        await Wire.SendAsync(Client.Command("deleteStream", 0, null, 1));
    }

    public void Dispose() => Wire.Dispose();
}
