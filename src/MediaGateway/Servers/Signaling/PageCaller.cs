using System.Net;

namespace MediaGateway.Servers.Signaling;

/// <summary>Who calls a method of the hub.</summary>
/// <param name="Page">The page.</param>
/// <param name="ConnectionId">Its signalling connection.</param>
/// <param name="Local">Our address that it reached; null if unknown.</param>
internal readonly record struct PageCaller(PageConnection Page, string ConnectionId, IPAddress? Local);
