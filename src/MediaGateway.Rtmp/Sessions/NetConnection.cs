using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The commands that concern the connection itself (RTMP 1.0, 7.2.1): connect with its answers, calls, and user control messages (7.1.7).
/// Owned by the session; writes replies and events.
/// </summary>
internal sealed class NetConnection(RtmpSessionOptions options, ReplyWriter writer, Queue<RtmpEvent> events)
{
    // Less would make a peer spend its line on acknowledgements.
    private const uint SmallestWindowBytes = 64 * 1024;

    private double _transactionId;
    private uint _window = (uint)options.WindowAcknowledgementBytes;
    private int _objectEncoding;
    private RtmpPeerCapabilities? _capabilities;

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
        _capabilities = request.Capabilities;
        return request;
    }

    /// <summary>Answers connect: yes, in the order of the specification. From here on our chunks have their own size.</summary>
    public void Accept()
    {
        writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, _window);
        writer.WritePeerBandwidth(_window);
        writer.WriteUserControl(UserControlEventType.StreamBegin, 0);
        writer.WriteSetChunkSize(options.ChunkSize);
        writer.WriteConnectResult(_transactionId, _objectEncoding, isEnhanced: _capabilities is { IsEnhanced: true });
    }

    /// <summary>Answers connect: no; with a redirect: not here.</summary>
    public void Reject(string code, string description, RtmpRedirect? redirect = null)
    {
        if (redirect is null)
        {
            writer.WriteError(_transactionId, code, description);
            return;
        }

        // Players that do not follow show the description to a person: it must say where to go.
        bool isNamed = description.Contains(redirect.Target, StringComparison.Ordinal);
        writer.WriteRedirect(_transactionId, code, isNamed ? description : $"{description} Go to {redirect.Target}", redirect.Target);
    }

    /// <summary>Asks the peer to connect again; false when it did not announce that it can (Enhanced RTMP v2, Reconnect Request).</summary>
    public bool RequestReconnect(string? tcUrl, string description)
    {
        if (_capabilities is not { TakesReconnect: true })
        {
            return false;
        }

        writer.WriteReconnectRequest(description, tcUrl);
        return true;
    }

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
            case "FCPublish":
                AnswerIfWanted(command);
                writer.WriteOnFcPublish("FCPublish to stream.");
                break;
            case "_result" or "_error" or "onStatus":
                break;
            default:
                // releaseStream, FCUnsubscribe, _checkbw and whatever else clients call: an empty result keeps all of them going.
                AnswerIfWanted(command);
                break;
        }
    }

    /// <summary>
    /// Takes Set Peer Bandwidth (RTMP 1.0, 5.4.5): another window is announced. What we send is held back by TCP alone. False when it is
    /// cut short.
    /// </summary>
    public bool TrySetPeerBandwidth(ReadOnlySpan<byte> body)
    {
        if (!ProtocolControl.TryReadPeerBandwidth(body, _window, out uint window))
        {
            return false;
        }

        window = Math.Max(window, SmallestWindowBytes);
        if (window != _window)
        {
            _window = window;
            writer.WriteControl(RtmpMessageType.WindowAcknowledgementSize, window);
        }

        return true;
    }

    /// <summary>Takes a user control message; false when it is cut short.</summary>
    public bool TryHandleUserControl(ReadOnlySpan<byte> body)
    {
        if (!UserControlEvent.TryRead(body, out UserControlEvent userControlEvent))
        {
            return false;
        }

        switch (userControlEvent.Type)
        {
            case UserControlEventType.PingRequest:
                writer.WriteUserControl(UserControlEventType.PingResponse, userControlEvent.Value);
                break;
            case UserControlEventType.SetBufferLength:
                events.Enqueue(new RtmpEvent.BufferLengthSet(userControlEvent.Value, userControlEvent.Milliseconds));
                break;
            default:
                break;
        }

        return true;
    }

    private void AnswerIfWanted(Command command)
    {
        if (command.TransactionId != 0)
        {
            writer.WriteEmptyResult(command.TransactionId);
        }
    }
}
