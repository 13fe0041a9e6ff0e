using MediaGateway.WebRtc.Dtls;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>Reads the attributes that may stand at session level, and those that sections share with it.</summary>
internal static class SdpSessionAttributes
{
    private const string BundleSemantics = "BUNDLE";

    /// <summary>Reads one attribute at session level.</summary>
    public static void Read(SessionDescription session, ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "group":
                ReadGroup(session, value);
                break;
            case "ice-lite":
                session.IsIceLite = true;
                break;
            default:
                session.Direction = DirectionOf(name) ?? session.Direction;
                ReadTransport(session.Transport, name, value);
                break;
        }
    }

    /// <summary>Reads an ICE or DTLS attribute; the first of each kind counts, but for fingerprints, which all do.</summary>
    public static void ReadTransport(TransportDescription transport, ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "ice-ufrag":
                transport.IceUsernameFragment ??= value.ToString();
                break;
            case "ice-pwd":
                transport.IcePassword ??= value.ToString();
                break;
            case "setup":
                transport.Setup ??= value.ToString().ToLowerInvariant();
                break;
            case "fingerprint":
                ReadFingerprint(transport, value);
                break;
        }
    }

    /// <summary>The direction that an attribute's name is; null when it is none.</summary>
    public static SdpDirection? DirectionOf(ReadOnlySpan<char> name) => name switch
    {
        "sendrecv" => SdpDirection.SendReceive,
        "sendonly" => SdpDirection.SendOnly,
        "recvonly" => SdpDirection.ReceiveOnly,
        "inactive" => SdpDirection.Inactive,
        _ => null,
    };

    private static void ReadGroup(SessionDescription session, ReadOnlySpan<char> value)
    {
        string[] tokens = value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (tokens.Length > 0 && tokens[0] == BundleSemantics)
        {
            session.AddBundle(tokens[1..]);
        }
    }

    // a=fingerprint:<hash function> <hex>:<hex>:...      RFC 8122 5
    private static void ReadFingerprint(TransportDescription transport, ReadOnlySpan<char> value)
    {
        int space = value.IndexOf(' ');
        if (space > 0)
        {
            transport.AddFingerprint(new CertificateFingerprint(
                value[..space].ToString().ToLowerInvariant(),
                value[(space + 1)..].Trim().ToString().ToUpperInvariant()));
        }
    }
}
