using MediaGateway.Rtmp;

namespace MediaGateway.Load;

/// <summary>What both kinds of load have in common.</summary>
/// <param name="Address">The stream's RTMP address; <c>{n}</c> in it becomes the number of a stream, from 1.</param>
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

    /// <summary>The address of one stream.</summary>
    /// <exception cref="LoadException">It is not an address, or over TLS.</exception>
    public RtmpTargetUrl Target(int number)
    {
        string address = Address.Replace(Number, number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (!RtmpTargetUrl.TryParse(address, out RtmpTargetUrl? target, out string? refusal))
        {
            throw new LoadException(refusal);
        }

        return target.IsSecure ? throw new LoadException("Over TLS this program would cost as much as the server: use rtmp://.") : target;
    }
}
