using System.Text.Json;

namespace MediaGateway.Testing;

/// <summary>Byte literals of Pion's unit tests (see the folder's MANIFEST).</summary>
public static class PionVectors
{
    /// <summary>The bytes of every literal of a file, by test, case and field.</summary>
    public static IReadOnlyList<(string Test, string Name, string Field, byte[] Bytes)> Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(TestData.Read("vectors", file));
        return [.. document.RootElement.EnumerateArray().Select(entry => (
            Text(entry, "test"), Text(entry, "name"), Text(entry, "field"), Convert.FromHexString(Text(entry, "hex"))))];
    }

    /// <summary>The first literal of a test, case and field.</summary>
    public static byte[] Find(string file, string test, string name, string field) =>
        Read(file).First(entry => entry.Test == test && entry.Name == name && entry.Field == field).Bytes;

    private static string Text(JsonElement entry, string property) => entry.GetProperty(property).GetString() ?? string.Empty;
}
