using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>Checks the section <c>Applications</c>: names, keys and values of every application, all failures at once.</summary>
/// <param name="section">The section, for the keys that nothing was bound to.</param>
internal sealed class ApplicationRules(IConfigurationSection section) : IValidateOptions<ApplicationsOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ApplicationsOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        foreach (IConfigurationSection application in section.GetChildren())
        {
            foreach (string failure in UnknownKeys.FindKeys<ApplicationOptions>(application))
            {
                failures.AddError(failure);
            }
        }

        foreach ((string application, ApplicationOptions settings) in options.ByName)
        {
            Check($"{ApplicationsOptions.Section}:{application}", application, settings, failures);
        }

        return failures.Build();
    }

    private static void Check(string path, string application, ApplicationOptions settings, ValidateOptionsResultBuilder failures)
    {
        if (!StreamKey.TryCreate(application, "any", out _, out string? refusal))
        {
            failures.AddError($"{path}: {refusal}");
        }

        if (settings.AudioCodec is { } codec && !AudioCodecName.TryParse(codec, out _))
        {
            failures.AddError($"{path}:AudioCodec must be {AudioCodecName.All}.");
        }

        if (settings.Redirect is { } redirect && !RedirectAddress.IsValid(redirect))
        {
            failures.AddError($"{path}:Redirect: {RedirectAddress.Rule}");
        }
    }
}
