namespace MediaGateway.Rtmp.Sessions;

/// <summary>Something the server did that the owner of a client's session must know of. All texts are the server's, shortened.</summary>
public abstract record RtmpClientEvent
{
    /// <summary>Publishing has begun: media may be sent.</summary>
    public sealed record Published : RtmpClientEvent;

    /// <summary>Playing has begun: media comes.</summary>
    public sealed record Playing : RtmpClientEvent;

    /// <summary>The server does not let us connect, publish or play. The connection must be closed.</summary>
    /// <param name="Code">The server's code, such as <c>NetStream.Publish.BadName</c>; empty when it gave none.</param>
    /// <param name="Description">The server's words; empty when it gave none.</param>
    public sealed record Refused(string Code, string Description) : RtmpClientEvent;

    /// <summary>The server wants the user to prove itself: connect anew with this query. The connection must be closed.</summary>
    /// <param name="Query">What the new session is to be given; holds proof of the password.</param>
    public sealed record AuthorizationNeeded(string Query) : RtmpClientEvent;

    /// <summary>The server wants us to go elsewhere. The connection must be closed. The address has not been checked in any way.</summary>
    /// <param name="Target">The application's address; relative to the current one when it starts with a slash.</param>
    public sealed record Redirected(string Target) : RtmpClientEvent;

    /// <summary>The server has ended what was being published or played. The connection must be closed.</summary>
    /// <param name="Code">The server's code; empty when it gave none.</param>
    /// <param name="Description">The server's words; empty when it gave none.</param>
    public sealed record Ended(string Code, string Description) : RtmpClientEvent;
}
