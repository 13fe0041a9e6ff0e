using Microsoft.Extensions.Options;

namespace MediaGateway.Tests.Configuration;

/// <summary>Settings that a test changes while they are watched.</summary>
internal sealed class Fixed<T>(T value) : IOptionsMonitor<T>
{
    private Action<T, string?>? _listener;

    public T CurrentValue { get; private set; } = value;

    public T Get(string? name) => CurrentValue;

    public void Change(T changed)
    {
        CurrentValue = changed;
        _listener?.Invoke(changed, null);
    }

    public IDisposable? OnChange(Action<T, string?> listener)
    {
        _listener = listener;
        return null;
    }
}
