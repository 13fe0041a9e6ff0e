using System.Globalization;

namespace MediaGateway.Rtmp.Tunnel;

/// <summary>What a request of RTMPT asks.</summary>
public enum RtmptRequestKind
{
    /// <summary><c>/fcs/ident2</c>: another address of the server; the answer is that there is none.</summary>
    OtherAddress,

    /// <summary><c>/open/1</c>: a new session.</summary>
    Open,

    /// <summary><c>/send/{id}/{sequence}</c>: RTMP bytes of the client.</summary>
    Send,

    /// <summary><c>/idle/{id}/{sequence}</c>: the client has nothing to say, but takes what the server has.</summary>
    Idle,

    /// <summary><c>/close/{id}/{sequence}</c>: the end of the session.</summary>
    Close,
}

/// <summary>The path of a request of RTMPT, taken apart (Adobe, RTMPT as in Red5's SPEC-RTMPT).</summary>
/// <param name="Kind">What it asks.</param>
/// <param name="SessionId">The session; empty for those that need none.</param>
/// <param name="Sequence">Its number in the session; 0 for those that have none.</param>
public readonly record struct RtmptRequest(RtmptRequestKind Kind, string SessionId, int Sequence)
{
    /// <summary>Characters that a session id may have: ours have <see cref="RtmptTunnel.SessionIdLength"/>.</summary>
    private const int MaximumIdLength = 64;

    /// <summary>Takes a path apart; false when it is none of RTMPT.</summary>
    /// <param name="path">Absolute, decoded, without a query.</param>
    /// <param name="request">The parts.</param>
    public static bool TryParse(ReadOnlySpan<char> path, out RtmptRequest request)
    {
        request = default;
        if (path is "/fcs/ident2" or "/fcs/ident")
        {
            request = new RtmptRequest(RtmptRequestKind.OtherAddress, "", 0);
            return true;
        }

        if (path is "/open" or "/open/1")
        {
            request = new RtmptRequest(RtmptRequestKind.Open, "", 0);
            return true;
        }

        if (!TryTakeKind(ref path, out RtmptRequestKind kind))
        {
            return false;
        }

        int slash = path.IndexOf('/');
        if (slash is < 1 or > MaximumIdLength
            || !int.TryParse(path[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int sequence))
        {
            return false;
        }

        request = new RtmptRequest(kind, path[..slash].ToString(), sequence);
        return true;
    }

    private static bool TryTakeKind(ref ReadOnlySpan<char> path, out RtmptRequestKind kind)
    {
        (kind, int length) = path switch
        {
            ['/', 's', 'e', 'n', 'd', '/', ..] => (RtmptRequestKind.Send, 6),
            ['/', 'i', 'd', 'l', 'e', '/', ..] => (RtmptRequestKind.Idle, 6),
            ['/', 'c', 'l', 'o', 's', 'e', '/', ..] => (RtmptRequestKind.Close, 7),
            _ => (default, 0),
        };
        path = path[length..];
        return length > 0;
    }
}
