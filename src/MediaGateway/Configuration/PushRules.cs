using System.Net;
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

        if (options.CertificateAuthorityFile is { } file && !File.Exists(file))
        {
            failures.AddError($"Push:CertificateAuthorityFile: '{file}' does not exist.");
        }

        return failures.Build();
    }
}
