using MediaGateway.Hooks;
using MediaGateway.Sessions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The rules of section <c>Hooks</c> that no range can say: addresses, method names, applications.</summary>
/// <param name="section">The raw section, whose inner keys are checked too.</param>
internal sealed class HookRules(IConfigurationSection section) : IValidateOptions<HookOptions>
{
    private static readonly string[] AppKeys = [ClientConnection.FlashApplication, ClientConnection.PageApplication];

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HookOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        IReadOnlyList<string> methods = HookMethods.Of(options.Style);
        CheckUrl(failures, "Hooks:Url", options.Url, isNeeded: NeedsUrl(options));
        foreach ((string method, string url) in options.MethodUrls)
        {
            CheckMethod(failures, "Hooks:MethodUrls", options.Style, methods, method);
            CheckUrl(failures, $"Hooks:MethodUrls:{method}", url, isNeeded: true);
        }

        foreach (string method in options.FailOpen)
        {
            CheckMethod(failures, "Hooks:FailOpen", options.Style, methods, method);
        }

        foreach (string application in options.StreamKeepAliveApplications)
        {
            CheckApplication(failures, "Hooks:StreamKeepAliveApplications", application);
        }

        foreach ((string application, HookApplicationOptions its) in options.Applications)
        {
            CheckApplication(failures, "Hooks:Applications", application);
            CheckUrl(failures, $"Hooks:Applications:{application}:Url", its.Url, isNeeded: false);
            foreach (string method in its.Methods)
            {
                CheckMethod(failures, $"Hooks:Applications:{application}:Methods", options.Style, methods, method);
            }

            foreach (string failure in UnknownKeys.FindKeys<HookApplicationOptions>(section.GetSection($"Applications:{application}")))
            {
                failures.AddError(failure);
            }
        }

        return failures.Build();
    }

    private static bool NeedsUrl(HookOptions options) =>
        options.Style != "none" && !AppKeys.All(key => options.Applications.TryGetValue(key, out HookApplicationOptions? its) && its.Url.Length > 0);

    private static void CheckUrl(ValidateOptionsResultBuilder failures, string key, string? url, bool isNeeded)
    {
        if (string.IsNullOrEmpty(url))
        {
            if (isNeeded)
            {
                failures.AddError($"{key} must be set to the backend's address, such as http://localhost:9000.");
            }

            return;
        }

        // The address may hold a secret in its query: it is never repeated.
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.UserInfo.Length > 0
            || uri.Fragment.Length > 0)
        {
            failures.AddError($"{key} must be an http or https address without user name and fragment, such as http://localhost:9000.");
        }
    }

    private static void CheckMethod(
        ValidateOptionsResultBuilder failures, string key, string style, IReadOnlyList<string> methods, string method)
    {
        if (!methods.Contains(method, StringComparer.Ordinal))
        {
            failures.AddError($"{key}: '{method}' is no method of style {style} ({string.Join(", ", methods)}).");
        }
    }

    private static void CheckApplication(ValidateOptionsResultBuilder failures, string key, string application)
    {
        if (!AppKeys.Contains(application, StringComparer.Ordinal))
        {
            failures.AddError($"{key}: '{application}' is no hook application ({string.Join(", ", AppKeys)}).");
        }
    }
}
