using MediaGateway.Recording;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>What no range can say of the section <c>Recording</c>. Reports all failures at once.</summary>
internal sealed class RecordingRules : IValidateOptions<RecordingOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RecordingOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        if (RecordingName.Refuse(options.NameTemplate) is { } refusal)
        {
            failures.AddError($"Recording:NameTemplate: {refusal}");
        }

        if (options.Application.Length > 0 && !StreamKey.TryCreate(options.Application, "any", out _, out string? wrong))
        {
            failures.AddError($"Recording:Application: {wrong}");
        }

        return failures.Build();
    }
}
