using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>What no range can say of the section <c>Api</c>. The failures never repeat the key.</summary>
internal sealed class ApiRules : IValidateOptions<ApiOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ApiOptions options) => options.Key switch
    {
        null or "" => ValidateOptionsResult.Success,
        { Length: < ApiOptions.ShortestKey } => ValidateOptionsResult.Fail($"Api:Key must have at least {ApiOptions.ShortestKey} characters."),
        _ when options.Key.AsSpan().ContainsAnyExceptInRange('!', '~') => ValidateOptionsResult.Fail("Api:Key must be printable ASCII without blanks."),
        _ => ValidateOptionsResult.Success,
    };
}
