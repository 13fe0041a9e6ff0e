namespace MediaGateway.Rtmp.Sessions;

/// <summary>How a player wants to go from what it plays to another stream: the transitions of <c>play2</c> that the owner carries out.</summary>
public enum RtmpTransition
{
    /// <summary>The same content at another bitrate: at a keyframe, on the same timeline.</summary>
    Switch,

    /// <summary>Other content in the place of what plays: carried out like <see cref="Switch"/>.</summary>
    Swap,
}
