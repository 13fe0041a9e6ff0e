using MediaGateway.Rtmp;

namespace MediaGateway.Push;

/// <summary>
/// Where a client really connects to on its way to a server: after redirects, and with a proof of the password once it was asked for one.
/// One owner.
/// </summary>
internal sealed class Detours
{
    /// <summary>Redirects followed in a row: more is a loop.</summary>
    private const int MaximumRedirects = 4;

    /// <summary>Challenges answered in a row: Adobe's authentication has two.</summary>
    private const int MaximumChallenges = 2;

    private readonly RtmpTargetUrl _target;
    private int _redirects;
    private int _challenges;

    /// <summary>Begins at the address that is meant.</summary>
    public Detours(RtmpTargetUrl target)
    {
        (_target, Url) = (target, target);
    }

    /// <summary>Where to connect now.</summary>
    public RtmpTargetUrl Url { get; private set; }

    /// <summary>What to prove the password with; null when nobody has asked.</summary>
    public string? Authorization { get; private set; }

    /// <summary>Whether it is the address that was meant.</summary>
    public bool IsNone => ReferenceEquals(Url, _target);

    /// <summary>Goes where the server says; false when that cannot be, or there have been too many.</summary>
    public bool Follow(string address)
    {
        if (Url.RedirectedTo(address) is not { } url || ++_redirects > MaximumRedirects)
        {
            return false;
        }

        (Url, Authorization, _challenges) = (url, null, 0);
        return true;
    }

    /// <summary>Proves the password next time; false when the server has asked too often.</summary>
    public bool Answer(string query)
    {
        Authorization = query;
        return ++_challenges <= MaximumChallenges;
    }

    /// <summary>Begins anew at the address that was meant.</summary>
    public void Forget() => (Url, Authorization, _redirects, _challenges) = (_target, null, 0, 0);
}
