using MediaGateway.Connectivity;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The rules of section <c>IceServers</c> that no range can say. No secret is repeated.</summary>
internal sealed class IceServerRules : IValidateOptions<IceServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, IceServerOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        foreach (string url in options.Urls)
        {
            if (url.Length > 0 && !IceServerUrl.IsValid(url))
            {
                failures.AddError($"IceServers:Urls: '{url}' is not an address such as stun:host:3478, turn:host:3478?transport=udp or turns:host:5349.");
            }
        }

        bool hasName = options.Username.Length > 0 && options.Credential.Length > 0;
        if (options.Urls.Any(IceServerUrl.NeedsCredential) && options.SharedSecret.Length == 0 && !hasName)
        {
            failures.AddError("IceServers:SharedSecret, or IceServers:Username and IceServers:Credential, must be set for a TURN server: browsers refuse one without.");
        }

        return failures.Build();
    }
}
