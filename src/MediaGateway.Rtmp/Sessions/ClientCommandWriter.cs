using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>The commands that a client sends (RTMP 1.0, 7.2), written as chunks into its output.</summary>
/// <param name="output">Where the bytes go.</param>
/// <param name="control">Writes the control messages to the same output, and knows the chunk size in force.</param>
internal sealed class ClientCommandWriter(ReplyQueue output, ReplyWriter control)
{
    /// <summary>The property of the connect command that names the gateways a stream has passed.</summary>
    public const string RelayPathProperty = "mediaGatewayRelay";

    // RTMP 1.0, 7.2.2.1: only a stream that is live; in milliseconds, as players send it and servers know it.
    private const int LiveOnly = -1000;

    // What every encoder says of itself; servers ignore both on a connection that publishes. A gateway that plays passes on whatever comes.
    private const int AllAudioCodecs = 0x0FFF;
    private const int AllVideoCodecs = 0x00FF;

    // Enhanced RTMP: what may come, so that a server which takes it says so. OBS sends the same list to every server.
    private static readonly string[] EnhancedCodes = ["av01", "vp09", "hvc1"];

    private readonly ArrayBufferWriter<byte> _body = new(1024);

    /// <summary>Writes connect (7.2.1.1).</summary>
    /// <param name="transactionId">What the answer refers to.</param>
    /// <param name="app">The application with its parameters.</param>
    /// <param name="tcUrl">The address without the stream.</param>
    /// <param name="options">What else to say.</param>
    public void WriteConnect(double transactionId, string app, string tcUrl, RtmpClientOptions options)
    {
        Amf0Writer writer = Start("connect", transactionId);
        writer.WriteObjectStart();
        writer.WriteProperty("app", app);
        if (options.Role == RtmpClientRole.Publish)
        {
            writer.WriteProperty("type", "nonprivate");
        }

        writer.WriteProperty("flashVer", options.FlashVersion);
        writer.WriteProperty("tcUrl", tcUrl);
        writer.WriteProperty("fpad", false);
        writer.WriteProperty("audioCodecs", AllAudioCodecs);
        writer.WriteProperty("videoCodecs", AllVideoCodecs);
        if (options.AnnouncesEnhanced)
        {
            WriteEnhanced(writer, options.Role);
        }

        if (options.RelayPath is { } path)
        {
            writer.WriteProperty(RelayPathProperty, path);
        }

        writer.WriteObjectEnd();
        Send(0);
    }

    /// <summary>Writes play (7.2.2.1), for a live stream.</summary>
    public void WritePlay(double transactionId, uint messageStreamId, string streamName)
    {
        Amf0Writer writer = Start("play", transactionId);
        writer.WriteNull();
        writer.WriteString(streamName);
        writer.WriteNumber(LiveOnly);
        Send(messageStreamId);
    }

    /// <summary>Writes a command with a single text, on the connection: releaseStream, FCPublish, FCUnpublish.</summary>
    public void WriteStreamCall(string name, double transactionId, string streamName)
    {
        Amf0Writer writer = Start(name, transactionId);
        writer.WriteNull();
        writer.WriteString(streamName);
        Send(0);
    }

    /// <summary>Writes createStream (7.2.1.3).</summary>
    public void WriteCreateStream(double transactionId)
    {
        Start("createStream", transactionId).WriteNull();
        Send(0);
    }

    /// <summary>Writes publish (7.2.2.6).</summary>
    public void WritePublish(double transactionId, uint messageStreamId, string streamName)
    {
        Amf0Writer writer = Start("publish", transactionId);
        writer.WriteNull();
        writer.WriteString(streamName);
        writer.WriteString("live");
        Send(messageStreamId);
    }

    /// <summary>Writes deleteStream (7.2.2.3), which has no answer.</summary>
    public void WriteDeleteStream(double transactionId, uint messageStreamId)
    {
        Amf0Writer writer = Start("deleteStream", transactionId);
        writer.WriteNull();
        writer.WriteNumber(messageStreamId);
        Send(0);
    }

    private static void WriteEnhanced(Amf0Writer writer, RtmpClientRole role)
    {
        if (role == RtmpClientRole.Play)
        {
            EnhancedAbilities.Write(writer);
            return;
        }

        writer.WritePropertyName("fourCcList");
        writer.WriteStrictArrayStart(EnhancedCodes.Length);
        foreach (string code in EnhancedCodes)
        {
            writer.WriteString(code);
        }
    }

    private Amf0Writer Start(string name, double transactionId)
    {
        _body.ResetWrittenCount();
        var writer = new Amf0Writer(_body);
        writer.WriteString(name);
        writer.WriteNumber(transactionId);
        return writer;
    }

    private void Send(uint messageStreamId)
    {
        int size = ChunkWriter.SizeOf(Command.ChunkStreamId, timestamp: 0, _body.WrittenCount, control.ChunkSize);
        var chunks = new ChunkWriter(
            output.Reserve(size),
            Command.ChunkStreamId,
            RtmpMessageType.CommandAmf0,
            timestamp: 0,
            messageStreamId,
            _body.WrittenCount,
            control.ChunkSize);
        chunks.Append(_body.WrittenSpan);
    }
}
