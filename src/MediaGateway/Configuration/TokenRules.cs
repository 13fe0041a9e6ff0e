using MediaGateway.Authorization;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The rule of section <c>Tokens</c> that no range can say: secrets long enough for the algorithm. No secret is repeated.</summary>
internal sealed class TokenRules : IValidateOptions<TokenOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TokenOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        for (int index = 0; index < options.Secrets.Count; index++)
        {
            int needed = TokenSignature.MinimumSecretBytes(options.Algorithm);
            if (!TokenSignature.TryReadSecret(options.Secrets[index], out byte[]? secret))
            {
                failures.AddError($"Tokens:Secrets:{index} is not base64 after 'base64:'.");
            }
            else if (secret.Length < needed)
            {
                failures.AddError($"Tokens:Secrets:{index} must have at least {needed} bytes for {options.Algorithm}; it has {secret.Length}.");
            }
        }

        return failures.Build();
    }
}
