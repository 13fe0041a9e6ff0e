using MediaGateway.Rtmp;

namespace MediaGateway.Load;

/// <summary>What all kinds of load have in common.</summary>
/// <param name="Address">The stream's address, of RTMP or of WHIP; <c>{n}</c> in it becomes the number of a stream, from 1.</param>
/// <param name="Sessions">Publishers or viewers.</param>
/// <param name="Ramp">Sessions that begin in a second.</param>
/// <param name="WarmUp">After the last has begun, until figures are taken.</param>
/// <param name="Length">How long figures are taken.</param>
/// <param name="Process">The server's process on this machine; null when it is elsewhere.</param>
internal sealed record LoadSettings(string Address, int Sessions, int Ramp, TimeSpan WarmUp, TimeSpan Length, int? Process)
{
    private const string Number = "{n}";

    /// <summary>Whether the address names more than one stream.</summary>
    public bool HasNumber => Address.Contains(Number, StringComparison.Ordinal);

    /// <summary>The WHIP address of one stream.</summary>
    /// <exception cref="LoadException">It is not an address.</exception>
    public Uri WebTarget(int number) =>
        Uri.TryCreate(AddressOf(number), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? address
            : throw new LoadException("An address of WHIP begins with http:// or https://, as in http://127.0.0.1:8080/whip/load.");

    /// <summary>The address of one stream.</summary>
    /// <exception cref="LoadException">It is not an address, or over TLS.</exception>
    public RtmpTargetUrl Target(int number)
    {
        if (!RtmpTargetUrl.TryParse(AddressOf(number), out RtmpTargetUrl? target, out string? refusal))
        {
            throw new LoadException(refusal);
        }

        return target.IsSecure ? throw new LoadException("Over TLS this program would cost as much as the server: use rtmp://.") : target;
    }

    private string AddressOf(int number) =>
        Address.Replace(Number, number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
