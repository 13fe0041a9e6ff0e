namespace MediaGateway.Configuration;

/// <summary>How the program ends when it is asked to.</summary>
internal static class GatewayShutdown
{
    /// <summary>
    /// How long everything has together to tell its clients and to finish its files, before what is left is cut off. Less than the ten seconds
    /// after which Docker, and the gateway's own aim, expect the process to be gone.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);
}
