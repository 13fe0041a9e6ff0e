using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>What no range can say of the section <c>Metrics</c>.</summary>
internal sealed class MetricsRules : IValidateOptions<MetricsOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MetricsOptions options) =>
        options.OtlpEndpoint.Length == 0 || (Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Metrics:OtlpEndpoint must be an address such as http://127.0.0.1:4317, or empty.");
}
