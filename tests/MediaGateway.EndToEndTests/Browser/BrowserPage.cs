using System.Text.Json;
using System.Text.Json.Nodes;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>A page as a person uses it: found by role and accessible name, clicked with the mouse, read as text.</summary>
internal sealed class BrowserPage
{
    private static readonly TimeSpan AppearanceLimit = TimeSpan.FromSeconds(30);

    private readonly DevToolsConnection _connection;
    private readonly string _session;

    private BrowserPage(DevToolsConnection connection, string session)
    {
        _connection = connection;
        _session = session;
    }

    /// <summary>Attaches to a page of the browser.</summary>
    public static async Task<BrowserPage> AttachAsync(DevToolsConnection connection, string targetId)
    {
        JsonElement attached = await connection.SendAsync("Target.attachToTarget", new JsonObject { ["targetId"] = targetId, ["flatten"] = true });
        BrowserPage page = new(connection, attached.GetProperty("sessionId").GetString()!);
        foreach (string domain in (string[])["Page", "Runtime", "DOM", "Accessibility", "Log"])
        {
            await page.SendAsync($"{domain}.enable");
        }

        return page;
    }

    /// <summary>Adds a script that runs before the scripts of every page opened from now on.</summary>
    public Task AddScriptAsync(string source) => SendAsync("Page.addScriptToEvaluateOnNewDocument", new JsonObject { ["source"] = source });

    /// <summary>Lets the tests' own scripts do what the page's content security policy forbids to it, such as audio worklets.</summary>
    public Task BypassPolicyAsync() => SendAsync("Page.setBypassCSP", new JsonObject { ["enabled"] = true });

    /// <summary>Opens an address and waits until it is loaded.</summary>
    public async Task OpenAsync(Uri address)
    {
        JsonElement result = await SendAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });
        if (result.TryGetProperty("errorText", out JsonElement error))
        {
            throw new InvalidOperationException($"{address}: {error}");
        }

        await WaitForAsync("document.readyState === 'complete'", AppearanceLimit);
    }

    /// <summary>Goes on to pages with certificates that nobody vouches for, as a person does who clicks "Proceed".</summary>
    public Task ProceedDespiteCertificatesAsync() =>
        SendAsync("Security.setIgnoreCertificateErrors", new JsonObject { ["ignore"] = true });

    /// <summary>The value of a JavaScript expression; promises are awaited.</summary>
    public async Task<T> EvaluateAsync<T>(string expression)
    {
        JsonElement answer = await SendAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression,
            ["awaitPromise"] = true,
            ["returnByValue"] = true,
            ["userGesture"] = true,
        });
        if (answer.TryGetProperty("exceptionDetails", out JsonElement exception))
        {
            throw new InvalidOperationException($"{expression}: {exception}");
        }

        return answer.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value.Deserialize<T>(JsonSerializerOptions.Web)! : default!;
    }

    /// <summary>Waits until a JavaScript expression is true; shows the page's text when it never is.</summary>
    public async Task WaitForAsync(string expression, TimeSpan limit)
    {
        try
        {
            await Wait.UntilAsync(() => EvaluateAsync<bool>(expression), limit, () => expression);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\nThe page says:\n{await EvaluateAsync<string>("document.body.innerText")}");
        }
    }

    /// <summary>The text of the element with a <c>data-testid</c>; empty when there is none.</summary>
    public Task<string> TextAsync(string testId) =>
        EvaluateAsync<string>($"(e => e ? (e.value ?? e.innerText).trim() : '')(document.querySelector('[data-testid=\"{testId}\"]'))");

    /// <summary>Waits until the element with a <c>data-testid</c> shows a text.</summary>
    public Task WaitForTextAsync(string testId, string text, TimeSpan limit) =>
        WaitForAsync($"(document.querySelector('[data-testid=\"{testId}\"]')?.innerText ?? '').includes({JsonSerializer.Serialize(text)})", limit);

    /// <summary>Clicks the control with this role and accessible name, with the mouse, once it is there and enabled.</summary>
    public async Task ClickAsync(string role, string name)
    {
        int node = await FindAsync(role, name);
        await SendAsync("DOM.scrollIntoViewIfNeeded", new JsonObject { ["backendNodeId"] = node });
        JsonElement box = await SendAsync("DOM.getBoxModel", new JsonObject { ["backendNodeId"] = node });
        double[] corners = box.GetProperty("model").GetProperty("content").Deserialize<double[]>()!;
        double x = (corners[0] + corners[4]) / 2;
        double y = (corners[1] + corners[5]) / 2;
        foreach (string type in (string[])["mouseMoved", "mousePressed", "mouseReleased"])
        {
            await SendAsync("Input.dispatchMouseEvent", new JsonObject
            {
                ["type"] = type,
                ["x"] = x,
                ["y"] = y,
                ["button"] = type == "mouseMoved" ? "none" : "left",
                ["clickCount"] = type == "mouseMoved" ? 0 : 1,
            });
        }
    }

    /// <summary>Replaces the text of the box with this label, by typing.</summary>
    public async Task FillAsync(string label, string text)
    {
        int node = await FindAsync("textbox", label);
        await SendAsync("DOM.focus", new JsonObject { ["backendNodeId"] = node });
        await EvaluateAsync<bool>("(document.activeElement.select(), true)");
        await SendAsync("Input.insertText", new JsonObject { ["text"] = text });
    }

    private async Task<int> FindAsync(string role, string name)
    {
        int found = 0;
        await Wait.UntilAsync(
            async () =>
            {
                JsonElement document = await SendAsync("DOM.getDocument");
                JsonElement nodes = await SendAsync("Accessibility.queryAXTree", new JsonObject
                {
                    ["nodeId"] = document.GetProperty("root").GetProperty("nodeId").GetInt32(),
                    ["role"] = role,
                    ["accessibleName"] = name,
                });
                JsonElement[] enabled = [.. nodes.GetProperty("nodes").EnumerateArray().Where(IsEnabled)];
                found = enabled.Length == 1 ? enabled[0].GetProperty("backendDOMNodeId").GetInt32() : 0;
                return found != 0;
            },
            AppearanceLimit,
            () => $"exactly one enabled {role} named \"{name}\" on the page");
        return found;
    }

    private static bool IsEnabled(JsonElement node) =>
        !node.GetProperty("ignored").GetBoolean()
        && !(node.TryGetProperty("properties", out JsonElement properties)
            && properties.EnumerateArray().Any(property => property.GetProperty("name").GetString() == "disabled"
                && property.GetProperty("value").GetProperty("value").ValueKind == JsonValueKind.True));

    private Task<JsonElement> SendAsync(string method, JsonObject? parameters = null) => _connection.SendAsync(method, parameters, _session);
}
