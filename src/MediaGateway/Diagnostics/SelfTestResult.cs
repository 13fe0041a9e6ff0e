namespace MediaGateway.Diagnostics;

/// <summary>What the test at the start has found, in one sentence, for whoever asks later. Any thread.</summary>
internal sealed class SelfTestResult
{
    private volatile string? _sentence;

    /// <summary>The sentence; null until the test is done.</summary>
    public string? Sentence
    {
        get => _sentence;
        set => _sentence = value;
    }
}
