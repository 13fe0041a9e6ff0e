using MediaGateway.Diagnostics;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What a client plays, live or from a file, as its <see cref="RtmpDialogue"/> sees it. The connection's receive loop owns it.</summary>
internal interface IRtmpPlayback
{
    /// <summary>Whether it has ended or was refused.</summary>
    bool IsOver { get; }

    /// <summary>When to be called at the latest.</summary>
    TimeSpan Deadline { get; }

    /// <summary>Goes on after the play command: looks at the request, then asks whether it is allowed.</summary>
    void Begin();

    /// <summary>The client may not even connect.</summary>
    void RefuseConnection(string reason);

    /// <summary>Takes what others have left, and the time.</summary>
    void TakeNotices();

    /// <summary>The player wants something of what it plays.</summary>
    void Take(RtmpEvent sessionEvent);

    /// <summary>The client plays no longer on that message stream.</summary>
    void Close(uint messageStreamId);

    /// <summary>Somebody wants it to end: the player is told that it has ended. The connection stays.</summary>
    void End(SessionEndReason reason, string words);

    /// <summary>The gateway is shutting down: what is due is sent; the session tells the player.</summary>
    void EndBeforeShutdown();

    /// <summary>The connection has ended.</summary>
    void Abandon(SessionEndReason reason);
}
