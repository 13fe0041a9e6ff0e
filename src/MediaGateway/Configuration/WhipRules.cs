using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The rules of section <c>Whip</c> that no range can say.</summary>
internal sealed class WhipRules : IValidateOptions<WhipOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WhipOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (options.PublicUrl.Length > 0 && !IsPublicUrl(options.PublicUrl))
        {
            failures.AddError("Whip:PublicUrl must be an address such as https://media.example.org, without a query.");
        }

        foreach (string origin in options.AllowedOrigins)
        {
            if (!CrossFieldRules.IsOrigin(origin))
            {
                failures.AddError($"Whip:AllowedOrigins: '{origin}' is not an origin such as https://example.org.");
            }
        }

        if (options.RequestBurst < options.RequestsPerSecond)
        {
            failures.AddError("Whip:RequestBurst must be at least Whip:RequestsPerSecond.");
        }

        return failures.Build();
    }

    private static bool IsPublicUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url is { Query: "", Fragment: "", UserInfo: "" };
}
