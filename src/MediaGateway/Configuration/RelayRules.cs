using MediaGateway.Relay;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>
/// What no range can say of the section <c>Relay</c>. Reports all failures at once; they repeat no origin's address, as passwords may stand
/// in it.
/// </summary>
/// <param name="section">The section, for the keys of its entries that nothing was bound to.</param>
internal sealed class RelayRules(IConfigurationSection section) : IValidateOptions<RelayOptions>
{
    private const int MaximumWeight = 1000;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RelayOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        CheckKeys<RelayNodeOptions>(nameof(RelayOptions.Nodes), failures);
        CheckKeys<RelayOriginOptions>(nameof(RelayOptions.Origins), failures);
        for (int index = 0; index < options.Nodes.Count; index++)
        {
            Check($"Relay:Nodes:{index}", options.Nodes[index], failures);
        }

        foreach (IGrouping<string, string> same in options.Nodes
            .Where(node => RedirectAddress.IsValid(node.Address)).Select(RelayNode.IdOf).GroupBy(id => id, StringComparer.OrdinalIgnoreCase))
        {
            if (same.Count() > 1)
            {
                failures.AddError($"Relay:Nodes: '{same.Key}' stands there twice; give it a larger Weight instead.");
            }
        }

        for (int index = 0; index < options.Origins.Count; index++)
        {
            Check($"Relay:Origins:{index}", options.Origins[index], failures);
        }

        return failures.Build();
    }

    private static void Check(string path, RelayNodeOptions node, ValidateOptionsResultBuilder failures)
    {
        if (!RedirectAddress.IsValid(node.Address) || new Uri(node.Address).UserInfo.Length > 0)
        {
            failures.AddError($"{path}:Address must be an address such as rtmp://edge1.example.org, with rtmp or rtmps.");
        }

        if (!string.IsNullOrEmpty(node.HttpAddress) && !IsHttp(node.HttpAddress))
        {
            failures.AddError($"{path}:HttpAddress must be an address such as https://edge1.example.org, without a query.");
        }

        if (node.Weight is < 0 or > MaximumWeight)
        {
            failures.AddError($"{path}:Weight must be between 0 and {MaximumWeight}.");
        }
    }

    private static bool IsHttp(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme, uri.UserInfo, uri.Query, uri.Fragment) is ("http" or "https", "", "", "");

    private static void Check(string path, RelayOriginOptions origin, ValidateOptionsResultBuilder failures)
    {
        if (origin.Application != OriginTable.EveryApplication && !StreamKey.TryCreate(origin.Application, "any", out _, out string? refusal))
        {
            failures.AddError($"{path}:Application: {refusal}");
        }
        else if (!OriginTable.TryCombine(origin.Url, "any", "any", out _, out refusal))
        {
            failures.AddError($"{path}:Url: {refusal}");
        }
    }

    private void CheckKeys<T>(string list, ValidateOptionsResultBuilder failures)
    {
        foreach (IConfigurationSection entry in section.GetSection(list).GetChildren())
        {
            foreach (string failure in UnknownKeys.FindKeys<T>(entry))
            {
                failures.AddError(failure);
            }
        }
    }
}
