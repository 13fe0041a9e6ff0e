namespace MediaGateway.Rtmp.Sessions;

/// <summary>What a client connects for.</summary>
public enum RtmpClientRole
{
    /// <summary>To send a stream.</summary>
    Publish,

    /// <summary>To receive one.</summary>
    Play,
}
