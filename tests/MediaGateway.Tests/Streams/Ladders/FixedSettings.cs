using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Streams.Ladders;

/// <summary>Settings that never change.</summary>
internal sealed class FixedSettings<T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue => value;

    public T Get(string? name) => value;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}
