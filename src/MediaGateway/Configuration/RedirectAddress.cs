namespace MediaGateway.Configuration;

/// <summary>The rule for addresses that RTMP clients are redirected to, in settings and at run time.</summary>
internal static class RedirectAddress
{
    /// <summary>What an address must be, in words.</summary>
    public const string Rule = "a redirect is an address such as rtmp://other.example.org/live, with rtmp or rtmps.";

    /// <summary>Whether clients can be sent to <paramref name="address"/>.</summary>
    public static bool IsValid(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
        && uri.Scheme is "rtmp" or "rtmps"
        && uri.Host.Length > 0
        && uri.Fragment.Length == 0
        && !address.AsSpan().ContainsAnyInRange('\0', ' ');
}
