using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>Checks the names of <see cref="VodOptions.Applications"/>.</summary>
internal sealed class VodRules : IValidateOptions<VodOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, VodOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        for (int index = 0; index < options.Applications.Count; index++)
        {
            if (!StreamKey.TryCreate(options.Applications[index], "any", out _, out string? refusal))
            {
                failures.AddError($"{VodOptions.Section}:Applications:{index}: {refusal}");
            }
        }

        return failures.Build();
    }
}
