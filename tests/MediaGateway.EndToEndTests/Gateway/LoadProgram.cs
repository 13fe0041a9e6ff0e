using System.Text.Json;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Gateway;

/// <summary>The program as a generator of load (<c>docs/load.md</c>), and the report in JSON that it writes at its end.</summary>
internal sealed class LoadProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly System.Text.StringBuilder _said = new();
    private readonly ToolProcess _process;

    private LoadProgram(IEnumerable<string> arguments) =>
        _process = ToolProcess.Start(Tool.Require("dotnet"), [Repository.GatewayProgram, "load", .. arguments], Append);

    /// <summary>What it has said.</summary>
    public string Output => _process.Output;

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Those after <c>load</c>.</param>
    public static LoadProgram Start(params IEnumerable<string> arguments) => new(arguments);

    /// <summary>Lets it run to its end and returns the report.</summary>
    public static async Task<JsonElement> RunAsync(params IEnumerable<string> arguments)
    {
        await using LoadProgram load = new(arguments);
        return load.Report(await load._process.WaitForExitAsync(Patience));
    }

    /// <summary>Ends it now and returns the report.</summary>
    public async Task<JsonElement> StopAsync() => Report(await _process.StopAsync("TERM", Patience));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private JsonElement Report(int status)
    {
        string text;
        lock (_said)
        {
            text = _said.ToString();
        }

        int from = text.IndexOf('{', StringComparison.Ordinal);
        Assert.True(status == 0 && from >= 0, $"The load ended with status {status}:\n{text}");
        return JsonSerializer.Deserialize<JsonElement>(text[from..(text.LastIndexOf('}') + 1)]);
    }

    private void Append(string line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
