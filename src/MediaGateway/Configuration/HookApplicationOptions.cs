namespace MediaGateway.Configuration;

/// <summary>What differs for one hook application: <c>Hooks:Applications:flashStreamingApp</c> or <c>…:defaultApp</c>.</summary>
internal sealed class HookApplicationOptions
{
    /// <summary>Its backend's address; empty: <see cref="HookOptions.Url"/>.</summary>
    public string Url { get; set; } = "";

    /// <summary>The methods that are called for it; none listed: all. What is not called is allowed.</summary>
    public IList<string> Methods { get; } = [];
}
