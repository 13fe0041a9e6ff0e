using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The commands that concern the connection itself (RTMP 1.0, 7.2.1): connect with its answers, and calls. Owned by the session; writes
/// replies.
/// </summary>
internal sealed class NetConnection(RtmpSessionOptions options, ReplyWriter writer)
{
    private double _transactionId;
    private int _objectEncoding;

    /// <summary>Takes the connect command; null when its application cannot be read, which has then been answered.</summary>
    public RtmpConnectRequest? Connect(Command command)
    {
        _transactionId = command.TransactionId;
        var request = RtmpConnectRequest.From(command.Object);
        if (request is null)
        {
            Reject(StatusCode.ConnectRejected, "The application cannot be read.");
            return null;
        }

        _objectEncoding = request.ObjectEncoding;
        return request;
    }

    /// <summary>Answers connect: yes, in the order of the specification. From here on our chunks have their own size.</summary>
    public void Accept()
    {
        uint window = (uint)options.WindowAcknowledgementBytes;
        writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, window);
        writer.WritePeerBandwidth(window);
        writer.WriteUserControl(UserControlEventType.StreamBegin, 0);
        writer.WriteSetChunkSize(options.ChunkSize);
        writer.WriteConnectResult(_transactionId, _objectEncoding);
    }

    /// <summary>Answers connect: no.</summary>
    public void Reject(string code, string description) => writer.WriteError(_transactionId, code, description);

    /// <summary>Answers any command that is neither connect nor about a message stream.</summary>
    public void Call(Command command)
    {
        switch (command.Name)
        {
            case "getStreamLength":
                // Live streams have none; FFmpeg asks before each play.
                writer.WriteResult(command.TransactionId, 0);
                break;
            case "FCSubscribe":
                writer.WriteOnFcSubscribe("Stream subscribed.");
                AnswerIfWanted(command);
                break;
            case "_result" or "_error" or "onStatus":
                break;
            default:
                // releaseStream, FCPublish, _checkbw and whatever else clients call: an empty result keeps all of them going.
                AnswerIfWanted(command);
                break;
        }
    }

    private void AnswerIfWanted(Command command)
    {
        if (command.TransactionId != 0)
        {
            writer.WriteEmptyResult(command.TransactionId);
        }
    }
}
