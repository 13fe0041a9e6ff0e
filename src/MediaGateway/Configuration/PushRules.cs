using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Push;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>What no range can say of the section <c>Push</c>. Reports all failures at once; they repeat no address, as keys stand in them.</summary>
internal sealed class PushRules : IValidateOptions<PushOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PushOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        for (int index = 0; index < options.Targets.Count; index++)
        {
            if (!PushPattern.TryCreate(options.Targets[index], out _, out string? refusal))
            {
                failures.AddError($"Push:Targets:{index}: {refusal}");
            }
        }

        foreach (string host in options.AllowedHosts)
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown && !IPNetwork.TryParse(host, out _))
            {
                failures.AddError($"Push:AllowedHosts: '{host}' is neither a host name nor an IP address nor a network such as 10.0.0.0/8.");
            }
        }

        if (options.CertificateAuthorityFile is { } file && !HoldsCertificate(file))
        {
            failures.AddError($"Push:CertificateAuthorityFile: '{file}' is not a PEM file with certificates.");
        }

        return failures.Build();
    }

    private static bool HoldsCertificate(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }
}
