using System.Collections.Frozen;
using System.Text.Json;

namespace MediaGateway.Hooks;

/// <summary>
/// What a backend has said of one hook in <c>restClientConfig</c>. <c>clientExclude</c> is not kept: nothing of a hook's body is sent to
/// clients here.
/// </summary>
/// <param name="OnError"><c>restOnError</c>.</param>
/// <param name="IsDisabled"><c>restPolicy</c> DISABLE or DISABLED: the hook is not called.</param>
/// <param name="Overwrites">Fields of <c>restOverwrite</c>, when <c>restPolicy</c> is OVERWRITE.</param>
/// <param name="Excluded">Fields of <c>restExclude</c>, which are not sent to the backend.</param>
internal sealed record WcsRule(FaultRule OnError, bool IsDisabled, FrozenSet<string> Overwrites, FrozenSet<string> Excluded)
{
    /// <summary>What holds for a hook that the backend has said nothing about.</summary>
    public static WcsRule Default { get; } = new(FaultRule.NotSaid, false, [], []);

    /// <summary>Reads the rules of one connection out of the answer to <c>connect</c>; what is not understood is as if not said.</summary>
    public static FrozenDictionary<string, WcsRule> ReadAll(JsonElement answer)
    {
        if (!answer.TryGetProperty("restClientConfig", out JsonElement all) || all.ValueKind != JsonValueKind.Object)
        {
            return FrozenDictionary<string, WcsRule>.Empty;
        }

        var rules = new Dictionary<string, WcsRule>(StringComparer.Ordinal);
        foreach (string method in HookMethods.Of("wcs"))
        {
            if (all.TryGetProperty(method, out JsonElement rule) && rule.ValueKind == JsonValueKind.Object)
            {
                rules[method] = Read(rule);
            }
        }

        return rules.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static WcsRule Read(JsonElement rule)
    {
        string policy = Text(rule, "restPolicy").ToUpperInvariant();
        FaultRule onError = Text(rule, "restOnError").ToUpperInvariant() switch
        {
            "LOG" => FaultRule.GoOn,
            "FAIL" => FaultRule.Refuse,
            _ => FaultRule.NotSaid,
        };
        return new WcsRule(
            onError,
            policy is "DISABLE" or "DISABLED",
            policy == "OVERWRITE" ? Fields(rule, "restOverwrite") : [],
            Fields(rule, "restExclude"));
    }

    private static FrozenSet<string> Fields(JsonElement rule, string name) =>
        Text(rule, name).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToFrozenSet(StringComparer.Ordinal);

    private static string Text(JsonElement rule, string name) =>
        rule.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";
}
