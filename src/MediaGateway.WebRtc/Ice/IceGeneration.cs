using System.Text;

namespace MediaGateway.WebRtc.Ice;

/// <summary>The credentials of both sides from one restart of ICE to the next (RFC 8445 9).</summary>
internal sealed class IceGeneration
{
    /// <summary>Makes a generation.</summary>
    /// <param name="local">Our credentials: checks are authenticated with our password.</param>
    /// <param name="remoteUsernameFragment">The peer's fragment, the second half of USERNAME.</param>
    /// <param name="number">0 for the first, one more with each restart.</param>
    public IceGeneration(IceCredentials local, string remoteUsernameFragment, int number)
    {
        ExpectedUsername = Encoding.ASCII.GetBytes($"{local.UsernameFragment}:{remoteUsernameFragment}");
        Key = local.ToIntegrityKey();
        UsernameFragment = local.UsernameFragment;
        Number = number;
    }

    /// <summary>USERNAME of the peer's checks.</summary>
    public byte[] ExpectedUsername { get; }

    /// <summary>The key of MESSAGE-INTEGRITY.</summary>
    public byte[] Key { get; }

    /// <summary>Our username fragment.</summary>
    public string UsernameFragment { get; }

    /// <summary>0 for the first, one more with each restart.</summary>
    public int Number { get; }

    /// <summary>Whether an authentic check with these credentials has come.</summary>
    public bool IsChecked { get; set; }
}
