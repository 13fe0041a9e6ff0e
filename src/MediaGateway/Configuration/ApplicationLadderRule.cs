using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The ladders that applications name must exist.</summary>
internal sealed class ApplicationLadderRule(IOptions<LadderOptions> ladders) : IValidateOptions<ApplicationsOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ApplicationsOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        foreach ((string application, ApplicationOptions settings) in options.ByName)
        {
            if (settings.Ladder is { Length: > 0 } ladder && ladders.Value.Find(ladder) is null)
            {
                failures.AddError($"{ApplicationsOptions.Section}:{application}:Ladder: {LadderRules.Unknown(ladders.Value, ladder)}");
            }
        }

        return failures.Build();
    }
}
