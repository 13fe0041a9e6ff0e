using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MediaGateway.Load;

/// <summary>The HTTP half of one publisher: the offer, and the end (RFC 9725 4.2).</summary>
/// <param name="http">Shared by all.</param>
/// <param name="address">Where offers go.</param>
/// <param name="token">The bearer token; null for none.</param>
internal sealed class LoadWhipRequest(HttpClient http, Uri address, string? token)
{
    private const int LongestDetail = 300;

    private Uri? _session;

    /// <summary>Offers; the answer, or words why there is none.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task<(string? Answer, string? Refusal)> OfferAsync(string offer, CancellationToken cancellation)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, address);
        request.Content = new StringContent(offer, Encoding.UTF8, "application/sdp");
        request.Content.Headers.ContentType!.CharSet = null; // not null: the constructor has set it
        using HttpResponseMessage response = await http.SendAsync(request, cancellation);
        string text = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode)
        {
            return (null, $"The server answers {(int)response.StatusCode}: {DetailOf(text) ?? response.ReasonPhrase}");
        }

        _session = response.Headers.Location is { } location ? new Uri(address, location) : null;
        return (text, null);
    }

    /// <summary>Tells the server that it is over. What it answers changes nothing.</summary>
    public async Task EndAsync()
    {
        if (_session is null)
        {
            return;
        }

        try
        {
            using HttpRequestMessage request = Request(HttpMethod.Delete, _session);
            using HttpResponseMessage response = await http.SendAsync(request, CancellationToken.None);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            // The server is gone: so is the session.
        }
    }

    private HttpRequestMessage Request(HttpMethod method, Uri to)
    {
        var request = new HttpRequestMessage(method, to);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    // RFC 9457: {"detail": "..."}
    private static string? DetailOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            string? detail = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("detail", out JsonElement value)
                ? value.GetString()
                : null;
            return detail?[..Math.Min(detail.Length, LongestDetail)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
