namespace MediaGateway.Api;

/// <summary>Parameters of connections and streams as the API shows them: values that are secrets by their name are hidden.</summary>
internal static class ParameterReport
{
    private const string Mask = "****";

    private static readonly string[] SecretNames = ["token", "jwt", "password", "pass", "secret", "key", "auth", "sign", "signature"];

    /// <summary>The parameters by name; of a name that occurs twice, the first.</summary>
    public static Dictionary<string, string> From(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in parameters)
        {
            shown.TryAdd(name, SecretNames.Contains(name, StringComparer.OrdinalIgnoreCase) ? Mask : value);
        }

        return shown;
    }

    /// <summary>An address without its parameters.</summary>
    public static string? WithoutQuery(string? address)
    {
        int question = address?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        return question < 0 ? address : $"{address![..question]}?{Mask}"; // not null where a question mark was found
    }
}
