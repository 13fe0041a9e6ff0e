using MediaGateway.Diagnostics;

namespace MediaGateway.Tls;

/// <summary>What is logged about the certificate.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(EventId = EventIds.Host + 101, EventName = "CertificateMade", Level = LogLevel.Information,
        Message = "Tls:CertificatePath is not set: made a self-signed certificate, valid until {End:yyyy-MM-dd}, kept in {File}. "
            + "A browser warns of it once and can be told to go on; players that check certificates refuse it")]
    public static partial void CertificateMade(this ILogger logger, DateTime end, string file);

    [LoggerMessage(EventId = EventIds.Host + 102, EventName = "CertificateNotKept", Level = LogLevel.Warning,
        Message = "Tls:CertificatePath is not set: made a self-signed certificate for this start only, as {File} cannot be written: {Reason}")]
    public static partial void CertificateNotKept(this ILogger logger, string file, string reason);

    [LoggerMessage(EventId = EventIds.Host + 103, EventName = "CertificateLoaded", Level = LogLevel.Information,
        Message = "Certificate loaded: {Subject}, valid until {End:yyyy-MM-dd}")]
    public static partial void CertificateLoaded(this ILogger logger, string subject, DateTime end);

    [LoggerMessage(EventId = EventIds.Host + 104, EventName = "CertificateReloadFailed", Level = LogLevel.Warning,
        Message = "The changed certificate is not used, the old one stays: {Reason}")]
    public static partial void CertificateReloadFailed(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.Host + 105, EventName = "CertificateEndsSoon", Level = LogLevel.Warning,
        Message = "The certificate {Subject} is valid only until {End:yyyy-MM-dd}")]
    public static partial void CertificateEndsSoon(this ILogger logger, string subject, DateTime end);
}
