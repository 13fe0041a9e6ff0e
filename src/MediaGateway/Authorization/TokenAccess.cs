using MediaGateway.Configuration;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Authorization;

/// <summary>
/// Lets clients publish and play what their signed token names. A client may connect without a token, as RTMP clients bring theirs with
/// the stream; a bad one is refused at once. A session that was let in lives on when its token expires. Any thread.
/// </summary>
internal sealed class TokenAccess(TokenReader reader, IOptions<TokenOptions> options) : IAccessControl
{
    /// <summary>What a client is told that brings no token.</summary>
    public const string Missing = "A token is needed";

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken)
    {
        string? refusal = TokenOf(connection) is { } token ? reader.Check(token, out _) : null;
        return ValueTask.FromResult(refusal is null ? AccessVerdict.Allowed : AccessVerdict.Refused(refusal));
    }

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Check(session, "publish"));

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Check(session, "play"));

    private AccessVerdict Check(MediaSession session, string action)
    {
        if ((Find(session.Parameters) ?? TokenOf(session.Connection)) is not { } token)
        {
            return AccessVerdict.Refused(Missing);
        }

        if (reader.Check(token, out TokenClaims claims) is { } refusal)
        {
            return AccessVerdict.Refused(refusal);
        }

        StreamKey key = session.Key;
        return claims.AllowsAction(action) && claims.AllowsApplication(key.Application) && claims.AllowsStream(key.Name)
            ? AccessVerdict.Allowed
            : AccessVerdict.Refused($"The token does not allow to {action} this stream");
    }

    private string? TokenOf(ClientConnection connection) => Find(connection.Parameters) ?? connection.Token;

    private string? Find(IReadOnlyList<KeyValuePair<string, string>> parameters) =>
        parameters.LastOrDefault(parameter => parameter.Key == options.Value.Parameter) is { Key: not null } found ? found.Value : null;
}
