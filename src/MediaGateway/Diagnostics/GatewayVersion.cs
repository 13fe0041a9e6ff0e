namespace MediaGateway.Diagnostics;

/// <summary>The version of this build.</summary>
internal static class GatewayVersion
{
    /// <summary>As <c>major.minor.patch</c>.</summary>
    public static string Current { get; } = typeof(GatewayVersion).Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
