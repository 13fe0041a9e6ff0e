using System.Text.Json;

namespace MediaGateway.Authorization;

/// <summary>
/// Reads JSON of strangers so that nothing later throws: besides the grammar, every text must be proper Unicode and no name may come twice
/// in one object.
/// </summary>
internal static class CheckedJson
{
    /// <summary>Reads one value.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="maximumDepth">Deepest nesting taken.</param>
    /// <param name="json">The value; it lives on its own.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, int maximumDepth, out JsonElement json)
    {
        json = default;
        var options = new JsonDocumentOptions { MaxDepth = maximumDepth, AllowDuplicateProperties = false };
        try
        {
            CheckTexts(new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maximumDepth }));
            using var document = JsonDocument.Parse(utf8.ToArray(), options);
            json = document.RootElement.Clone();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The reader's word for a text that is not Unicode is InvalidOperationException.
            return false;
        }
    }

    private static void CheckTexts(Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
            {
                reader.GetString();
            }
        }
    }
}
