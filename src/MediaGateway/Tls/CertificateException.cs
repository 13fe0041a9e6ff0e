namespace MediaGateway.Tls;

/// <summary>A certificate cannot be used; the message says which and why, in one line.</summary>
internal sealed class CertificateException(string message, Exception cause) : Exception(message, cause);
