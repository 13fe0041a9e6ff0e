namespace MediaGateway.Rtmp.Messages;

/// <summary>The codes of <c>onStatus</c>, <c>_result</c> and <c>_error</c> information objects.</summary>
public static class StatusCode
{
    /// <summary>The connection was accepted.</summary>
    public const string ConnectSuccess = "NetConnection.Connect.Success";

    /// <summary>The connection was refused.</summary>
    public const string ConnectRejected = "NetConnection.Connect.Rejected";

    /// <summary>The application does not exist.</summary>
    public const string ConnectInvalidApp = "NetConnection.Connect.InvalidApp";

    /// <summary>The server is going down.</summary>
    public const string ConnectAppShutdown = "NetConnection.Connect.AppShutdown";

    /// <summary>The peer is asked to connect again, here or elsewhere (Enhanced RTMP v2, Reconnect Request).</summary>
    public const string ReconnectRequest = "NetConnection.Connect.ReconnectRequest";

    /// <summary>A call could not be carried out.</summary>
    public const string CallFailed = "NetConnection.Call.Failed";

    /// <summary>What was queued for playing was thrown away.</summary>
    public const string PlayReset = "NetStream.Play.Reset";

    /// <summary>Playing starts.</summary>
    public const string PlayStart = "NetStream.Play.Start";

    /// <summary>Playing has ended.</summary>
    public const string PlayStop = "NetStream.Play.Stop";

    /// <summary>Playing failed for another reason than a missing stream.</summary>
    public const string PlayFailed = "NetStream.Play.Failed";

    /// <summary>There is no such stream.</summary>
    public const string PlayStreamNotFound = "NetStream.Play.StreamNotFound";

    /// <summary>The publisher of the stream has gone.</summary>
    public const string PlayUnpublishNotify = "NetStream.Play.UnpublishNotify";

    /// <summary>The stream that is waited for or played has a publisher now.</summary>
    public const string PlayPublishNotify = "NetStream.Play.PublishNotify";

    /// <summary>The player takes less than the stream has; something was left out.</summary>
    public const string PlayInsufficientBandwidth = "NetStream.Play.InsufficientBW";

    /// <summary>The change to another stream has begun.</summary>
    public const string PlayTransition = "NetStream.Play.Transition";

    /// <summary>The first frame after a change to another stream was sent; in <c>onPlayStatus</c>.</summary>
    public const string PlayTransitionComplete = "NetStream.Play.TransitionComplete";

    /// <summary>The next stream of a list begins; in <c>onPlayStatus</c>.</summary>
    public const string PlaySwitch = "NetStream.Play.Switch";

    /// <summary>The reason in <see cref="PlayTransition"/>: the player has asked for it.</summary>
    public const string TransitionSuccess = "NetStream.Transition.Success";

    /// <summary>Publishing starts.</summary>
    public const string PublishStart = "NetStream.Publish.Start";

    /// <summary>The name is in use or is not one.</summary>
    public const string PublishBadName = "NetStream.Publish.BadName";

    /// <summary>Publishing is not allowed.</summary>
    public const string PublishDenied = "NetStream.Publish.Denied";

    /// <summary>Publishing has ended.</summary>
    public const string UnpublishSuccess = "NetStream.Unpublish.Success";

    /// <summary>Something failed that has no code of its own.</summary>
    public const string StreamFailed = "NetStream.Failed";

    /// <summary>Playing is paused.</summary>
    public const string PauseNotify = "NetStream.Pause.Notify";

    /// <summary>Playing goes on.</summary>
    public const string UnpauseNotify = "NetStream.Unpause.Notify";

    /// <summary>A seek was carried out.</summary>
    public const string SeekNotify = "NetStream.Seek.Notify";

    /// <summary>A seek could not be carried out.</summary>
    public const string SeekFailed = "NetStream.Seek.Failed";

    /// <summary>A recording was played to its end.</summary>
    public const string PlayComplete = "NetStream.Play.Complete";
}
