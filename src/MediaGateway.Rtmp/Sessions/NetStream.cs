using MediaGateway.Rtmp.Media;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>What one message stream is doing.</summary>
internal enum NetStreamState
{
    /// <summary>Created, or stopped again.</summary>
    Idle,

    /// <summary>A play command waits for the owner's answer.</summary>
    PlayRequested,

    /// <summary>Media is being sent.</summary>
    Playing,

    /// <summary>Playing, and paused by the peer.</summary>
    Paused,

    /// <summary>A publish command waits for the owner's answer.</summary>
    PublishRequested,

    /// <summary>Media is being received.</summary>
    Publishing,
}

/// <summary>One message stream of a connection (RTMP 1.0, 7.2.2).</summary>
internal sealed class NetStream(uint messageStreamId)
{
    /// <summary>Its id on the wire.</summary>
    public uint MessageStreamId { get; } = messageStreamId;

    /// <summary>What it is doing.</summary>
    public NetStreamState State { get; set; }

    /// <summary>Whether the play command wants what was queued thrown away, and so to be told of it.</summary>
    public bool IsResetWanted { get; set; }

    /// <summary>Whether what plays is a recording.</summary>
    public bool IsRecorded { get; set; }

    /// <summary>Whether it was played to its end, so that what is appended is played at once; the peer may still go back in it.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether the peer has said that it does not want sound; said before playing, it holds from the start.</summary>
    public bool IsAudioUnwanted { get; set; }

    /// <summary>The same of pictures.</summary>
    public bool IsVideoUnwanted { get; set; }

    /// <summary>The name that the peer publishes under, as it wrote it: FCUnpublish repeats it.</summary>
    public string PublishedName { get; set; } = "";

    /// <summary>The name that the peer plays, as it wrote it; from the start of a transition on, the new one.</summary>
    public string PlayedName { get; set; } = "";

    /// <summary>What was played before the transition that is under way; null when there is none.</summary>
    public string? NameBefore { get; set; }

    /// <summary>The name that the peer wants to go over to, while the owner has not answered.</summary>
    public string TransitionName { get; set; } = "";

    /// <summary>Whether a transition waits for the owner's answer; what plays goes on meanwhile.</summary>
    public bool IsTransitionRequested { get; set; }

    /// <summary>What comes after that.</summary>
    public PlayList PlayList { get; } = new();

    /// <summary>Reads what the peer publishes; null unless it does.</summary>
    public RtmpMediaReader? Reader { get; set; }

    /// <summary>Whether media is or may be sent on it.</summary>
    public bool IsPlaying => State is NetStreamState.Playing or NetStreamState.Paused;

    /// <summary>Whether media is received on it.</summary>
    public bool IsPublishing => State == NetStreamState.Publishing;
}
