namespace MediaGateway.Load;

/// <summary>Something that the user of the load generator has to put right, in words for the terminal.</summary>
internal sealed class LoadException(string message) : Exception(message);
