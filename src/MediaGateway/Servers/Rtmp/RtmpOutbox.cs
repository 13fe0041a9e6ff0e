using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// What a connection's receive loop sends: it carries the session's replies and the loop's commands to the viewer, in order. The
/// viewer's queue is bounded: a client that asks for more than it reads overflows it, and the loop ends the connection. One owner.
/// </summary>
/// <param name="session">Where the replies come from.</param>
internal sealed class RtmpOutbox(RtmpServerSession session)
{
    private Viewer? _viewer;

    /// <summary>Whether something could not be queued: the connection must end.</summary>
    public bool HasOverflown { get; private set; }

    /// <summary>Names the sending half; comes before everything else.</summary>
    public void Attach(Viewer viewer) => _viewer = viewer;

    /// <summary>Queues the replies that the session has made, and then a command.</summary>
    public void Post(in ViewerCommand command)
    {
        SendReplies();
        PostNow(command);
    }

    /// <summary>Queues the replies that the session has made.</summary>
    public void SendReplies()
    {
        while (session.TryTakeReply(out PooledBuffer? buffer, out int length))
        {
            if (!PostNow(new ViewerCommand(ViewerCommandKind.Reply, buffer, length)))
            {
                buffer.Dispose();
            }
        }
    }

    private bool PostNow(in ViewerCommand command)
    {
        bool isQueued = !HasOverflown && _viewer!.TryPost(command); // Attached before the loop begins.
        HasOverflown |= !isQueued;
        return isQueued;
    }
}
