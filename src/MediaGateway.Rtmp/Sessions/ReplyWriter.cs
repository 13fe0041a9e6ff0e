using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>The messages that a server sends besides media, written as chunks into the reply queue.</summary>
internal sealed class ReplyWriter(ReplyQueue queue)
{
    // Clients parse this version: below 3 some take the server for one that cannot stream H.264.
    private const string ServerVersion = "FMS/3,5,7,7009";
    private const int ServerCapabilities = 31;
    private const int UsualBodyBytes = 512;

    private static readonly ArrayBufferWriter<byte> None = new();

    // Made for each command: a connection of hours has few of them, and thousands of connections hold nothing for them in between.
    private ArrayBufferWriter<byte> _body = None;

    /// <summary>The size of the chunks that we send, in force for the message after the one that announced it.</summary>
    public int ChunkSize { get; private set; } = ChunkReader.InitialChunkSize;

    /// <summary>Announces our chunk size and uses it from the next message on.</summary>
    public void WriteSetChunkSize(int chunkSize)
    {
        WriteControl(RtmpMessageType.SetChunkSize, (uint)chunkSize);
        ChunkSize = chunkSize;
    }

    /// <summary>Writes a protocol control message that is a single value.</summary>
    public void WriteControl(RtmpMessageType type, uint value)
    {
        Span<byte> body = stackalloc byte[sizeof(uint)];
        ProtocolControl.WriteValue(body, value);
        Write(ProtocolControl.ChunkStreamId, type, 0, body);
    }

    /// <summary>Writes Set Peer Bandwidth.</summary>
    public void WritePeerBandwidth(uint windowBytes)
    {
        Span<byte> body = stackalloc byte[ProtocolControl.PeerBandwidthLength];
        ProtocolControl.WritePeerBandwidth(body, windowBytes);
        Write(ProtocolControl.ChunkStreamId, RtmpMessageType.SetPeerBandwidth, 0, body);
    }

    /// <summary>Writes a user control message.</summary>
    public void WriteUserControl(UserControlEventType type, uint value)
    {
        Span<byte> body = stackalloc byte[UserControlEvent.Length];
        new UserControlEvent(type, value).Write(body);
        Write(ProtocolControl.ChunkStreamId, RtmpMessageType.UserControl, 0, body);
    }

    /// <summary>Answers connect with success (RTMP 1.0, 7.2.1.1).</summary>
    /// <param name="transactionId">That of connect.</param>
    /// <param name="objectEncoding">As the peer asked.</param>
    /// <param name="isEnhanced">Whether the peer speaks Enhanced RTMP, and so is told what we take and pass on.</param>
    public void WriteConnectResult(double transactionId, int objectEncoding, bool isEnhanced = false)
    {
        Amf0Writer writer = StartCommand("_result", transactionId);
        writer.WriteObjectStart();
        writer.WriteProperty("fmsVer", ServerVersion);
        writer.WriteProperty("capabilities", ServerCapabilities);
        writer.WriteProperty("mode", 1);
        if (isEnhanced)
        {
            EnhancedAbilities.Write(writer);
        }

        writer.WriteObjectEnd();
        writer.WriteObjectStart();
        WriteInformation(writer, "status", StatusCode.ConnectSuccess, "Connection succeeded.");
        writer.WriteProperty("objectEncoding", objectEncoding);
        writer.WriteObjectEnd();
        SendCommand(0);
    }

    /// <summary>Answers a call with a number.</summary>
    public void WriteResult(double transactionId, double value)
    {
        Amf0Writer writer = StartCommand("_result", transactionId);
        writer.WriteNull();
        writer.WriteNumber(value);
        SendCommand(0);
    }

    /// <summary>Answers a call with nothing.</summary>
    public void WriteEmptyResult(double transactionId)
    {
        Amf0Writer writer = StartCommand("_result", transactionId);
        writer.WriteNull();
        writer.WriteNull();
        SendCommand(0);
    }

    /// <summary>Answers a call with an error.</summary>
    public void WriteError(double transactionId, string code, string description)
    {
        Amf0Writer writer = StartCommand("_error", transactionId);
        writer.WriteNull();
        writer.WriteObjectStart();
        WriteInformation(writer, "error", code, description);
        writer.WriteObjectEnd();
        SendCommand(0);
    }

    /// <summary>Answers connect with another server's address, as Adobe's and Wowza's servers do.</summary>
    public void WriteRedirect(double transactionId, string code, string description, string target)
    {
        Amf0Writer writer = StartCommand("_error", transactionId);
        writer.WriteNull();
        writer.WriteObjectStart();
        WriteInformation(writer, "error", code, description);
        writer.WritePropertyName("ex");
        writer.WriteObjectStart();
        writer.WriteProperty("code", RtmpRedirect.Code);
        writer.WriteProperty("redirect", target);
        writer.WriteObjectEnd();
        writer.WriteObjectEnd();
        SendCommand(0);
    }

    /// <summary>Asks the peer to connect again (Enhanced RTMP v2, Reconnect Request).</summary>
    public void WriteReconnectRequest(string description, string? tcUrl)
    {
        Amf0Writer writer = StartCommand("onStatus", transactionId: 0);
        writer.WriteNull();
        writer.WriteObjectStart();
        WriteInformation(writer, "status", StatusCode.ReconnectRequest, description);
        if (tcUrl is not null)
        {
            writer.WriteProperty("tcUrl", tcUrl);
        }

        writer.WriteObjectEnd();
        SendCommand(0);
    }

    /// <summary>Tells what happened to a message stream (RTMP 1.0, 7.2.2).</summary>
    public void WriteStatus(uint messageStreamId, string level, string code, string description) =>
        WriteInformationCommand("onStatus", messageStreamId, level, code, description);

    /// <summary>Tells that the change to another stream has begun.</summary>
    public void WriteTransition(uint messageStreamId, string description, string name)
    {
        Amf0Writer writer = StartCommand("onStatus", transactionId: 0);
        writer.WriteNull();
        writer.WriteObjectStart();
        WriteInformation(writer, "status", StatusCode.PlayTransition, description);
        writer.WriteProperty("details", name);
        writer.WriteProperty("reason", StatusCode.TransitionSuccess);
        writer.WriteObjectEnd();
        SendCommand(messageStreamId);
    }

    /// <summary>Tells how playing went, among the media, in the shape in which Red5 does it. Duration and bytes of live streams are 0.</summary>
    public void WritePlayStatus(uint messageStreamId, string code, string description, string name, double seconds = 0, double bytes = 0)
    {
        _body = new ArrayBufferWriter<byte>(UsualBodyBytes);
        var writer = new Amf0Writer(_body);
        writer.WriteString("onPlayStatus");
        writer.WriteObjectStart();
        WriteInformation(writer, "status", code, description);
        writer.WriteProperty("details", name);
        writer.WriteProperty("clientid", messageStreamId);
        writer.WriteProperty("isFastPlay", false);
        writer.WriteProperty("duration", seconds);
        writer.WriteProperty("bytes", bytes);
        writer.WriteObjectEnd();
        Write(Command.ChunkStreamId, RtmpMessageType.DataAmf0, messageStreamId, _body.WrittenSpan);
    }

    /// <summary>Calls the peer back after FCSubscribe; JW Player creates its stream only then.</summary>
    public void WriteOnFcSubscribe(string description) =>
        WriteInformationCommand("onFCSubscribe", 0, "status", StatusCode.PlayStart, description);

    /// <summary>Calls the peer back after FCPublish; Flash Media Live Encoder waits for it.</summary>
    public void WriteOnFcPublish(string description) =>
        WriteInformationCommand("onFCPublish", 0, "status", StatusCode.PublishStart, description);

    /// <summary>Calls the peer back after FCUnpublish.</summary>
    public void WriteOnFcUnpublish(string description) =>
        WriteInformationCommand("onFCUnpublish", 0, "status", StatusCode.UnpublishSuccess, description);

    /// <summary>Allows Flash clients to read the samples of what they play.</summary>
    public void WriteSampleAccess(uint messageStreamId)
    {
        _body = new ArrayBufferWriter<byte>(UsualBodyBytes);
        var writer = new Amf0Writer(_body);
        writer.WriteString("|RtmpSampleAccess");
        writer.WriteBoolean(true);
        writer.WriteBoolean(true);
        Write(Command.ChunkStreamId, RtmpMessageType.DataAmf0, messageStreamId, _body.WrittenSpan);
    }

    private static void WriteInformation(Amf0Writer writer, string level, string code, string description)
    {
        writer.WriteProperty("level", level);
        writer.WriteProperty("code", code);
        writer.WriteProperty("description", description);
    }

    private void WriteInformationCommand(string name, uint messageStreamId, string level, string code, string description)
    {
        Amf0Writer writer = StartCommand(name, transactionId: 0);
        writer.WriteNull();
        writer.WriteObjectStart();
        WriteInformation(writer, level, code, description);
        writer.WriteObjectEnd();
        SendCommand(messageStreamId);
    }

    private Amf0Writer StartCommand(string name, double transactionId)
    {
        _body = new ArrayBufferWriter<byte>(UsualBodyBytes);
        var writer = new Amf0Writer(_body);
        writer.WriteString(name);
        writer.WriteNumber(transactionId);
        return writer;
    }

    private void SendCommand(uint messageStreamId) =>
        Write(Command.ChunkStreamId, RtmpMessageType.CommandAmf0, messageStreamId, _body.WrittenSpan);

    private void Write(int chunkStreamId, RtmpMessageType type, uint messageStreamId, ReadOnlySpan<byte> body)
    {
        Span<byte> destination = queue.Reserve(ChunkWriter.SizeOf(chunkStreamId, timestamp: 0, body.Length, ChunkSize));
        var writer = new ChunkWriter(destination, chunkStreamId, type, timestamp: 0, messageStreamId, body.Length, ChunkSize);
        writer.Append(body);
        _body = None;
    }
}
