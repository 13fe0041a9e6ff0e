using MediaGateway.Media.Amf;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The commands about publishing (RTMP 1.0, 7.2.2.6, and those that Flash Media Live Encoder added). Owned by the session; writes
/// replies and events.
/// </summary>
internal sealed class PublishCommands(NetStreamTable streams, ReplyWriter writer, BufferPool pool)
{
    private const string DefaultType = "live";

    /// <summary>Carries out a command about publishing; false when it is none.</summary>
    public bool TryHandle(Command command, uint messageStreamId, TimeSpan now)
    {
        switch (command.Name)
        {
            case "publish":
                Publish(command, messageStreamId, now);
                return true;
            case "FCUnpublish":
                Unpublish(command, now);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Answers a publish request: media may come.</summary>
    public void Accept(uint messageStreamId)
    {
        NetStream stream = streams.TakeRequested(messageStreamId, NetStreamState.PublishRequested);
        stream.State = NetStreamState.Publishing;
        stream.Reader = new RtmpMediaReader(messageStreamId, pool);
        writer.WriteUserControl(UserControlEventType.StreamBegin, messageStreamId);
        writer.WriteStatus(messageStreamId, "status", StatusCode.PublishStart, "Started publishing.");
    }

    /// <summary>Refuses a publish request.</summary>
    public void Reject(uint messageStreamId, string code, string description, TimeSpan now)
    {
        streams.Rest(streams.TakeRequested(messageStreamId, NetStreamState.PublishRequested), now);
        writer.WriteStatus(messageStreamId, "error", code, description);
    }

    /// <summary>Ends a stream that publishes, with the reason.</summary>
    public void End(uint messageStreamId, string code, string description, TimeSpan now)
    {
        if (streams.Find(messageStreamId) is not { IsPublishing: true } stream)
        {
            return;
        }

        streams.Rest(stream, now);
        writer.WriteStatus(messageStreamId, code == StatusCode.UnpublishSuccess ? "status" : "error", code, description);
    }

    /// <summary>Ends every stream that publishes.</summary>
    public void EndAll(TimeSpan now)
    {
        foreach (NetStream stream in streams.All)
        {
            End(stream.MessageStreamId, StatusCode.UnpublishSuccess, "The server ended the stream.", now);
        }
    }

    private void Publish(Command command, uint messageStreamId, TimeSpan now)
    {
        NetStream? stream = streams.Find(messageStreamId);
        if (stream is null)
        {
            writer.WriteStatus(messageStreamId, "error", StatusCode.PublishDenied, "Publish was called before createStream.");
            return;
        }

        bool wasPublishing = stream.IsPublishing;
        streams.Stop(stream, now);
        if (command.Argument(0) is AmfBoolean { Value: false })
        {
            if (wasPublishing)
            {
                writer.WriteStatus(messageStreamId, "status", StatusCode.UnpublishSuccess, "Stopped publishing.");
            }

            return;
        }

        if (command.Argument(0)?.AsString is not { } text || !RtmpUrlPart.TryParse(text, out RtmpUrlPart? name))
        {
            writer.WriteStatus(messageStreamId, "error", StatusCode.PublishBadName, "The stream name cannot be read.");
            return;
        }

        stream.PublishedName = text;
        string type = command.Argument(1)?.AsString is { Length: > 0 } given ? given : DefaultType;
        var request = new RtmpEvent.PublishRequested(messageStreamId, new RtmpUrl(streams.App, name), type);
        streams.AskOwner(stream, NetStreamState.PublishRequested, request);
    }

    // The command comes on the connection and names the stream; encoders that write the name differently publish only one.
    private void Unpublish(Command command, TimeSpan now)
    {
        string? name = command.Argument(0)?.AsString;
        NetStream? named = streams.All.FirstOrDefault(stream => stream.IsPublishing && stream.PublishedName == name);
        NetStream? ended = named ?? streams.OnlyPublishing;
        if (command.TransactionId != 0)
        {
            writer.WriteEmptyResult(command.TransactionId);
        }

        writer.WriteOnFcUnpublish("FCUnpublish to stream.");
        if (streams.Stop(ended, now))
        {
            writer.WriteStatus(ended!.MessageStreamId, "status", StatusCode.UnpublishSuccess, "Stopped publishing."); // Stop was true
        }
    }
}
