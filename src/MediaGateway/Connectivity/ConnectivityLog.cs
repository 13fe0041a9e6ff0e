using MediaGateway.Diagnostics;

namespace MediaGateway.Connectivity;

/// <summary>What is logged about the ways to the gateway.</summary>
internal static partial class ConnectivityLog
{
    [LoggerMessage(EventId = EventIds.Host + 201, EventName = "PublicAddressFound", Level = LogLevel.Information,
        Message = "The public address is {Addresses}, says STUN server {Server} (WebRtc:StunServer); browsers are offered it")]
    public static partial void PublicAddressFound(this ILogger logger, string addresses, StunServerAddress server);

    [LoggerMessage(EventId = EventIds.Host + 202, EventName = "StunServerSilent", Level = LogLevel.Warning,
        Message = "STUN server {Server} (WebRtc:StunServer) does not answer; it is asked again every minute. "
            + "Check its name and that UDP to it is let through, or set WebRtc:AdvertisedAddresses instead")]
    public static partial void StunServerSilent(this ILogger logger, string server);

    [LoggerMessage(EventId = EventIds.Host + 203, EventName = "NameNotFound", Level = LogLevel.Warning,
        Message = "The name {Name} of WebRtc:AdvertisedAddresses or WebRtc:StunServer has no address now; it is looked up again every minute")]
    public static partial void NameNotFound(this ILogger logger, string name);

    [LoggerMessage(EventId = EventIds.Host + 204, EventName = "SelfTestPassed", Level = LogLevel.Information, Message = "{Sentence}")]
    public static partial void SelfTestPassed(this ILogger logger, string sentence);

    [LoggerMessage(EventId = EventIds.Host + 205, EventName = "SelfTestFoundProblems", Level = LogLevel.Warning, Message = "{Sentence}")]
    public static partial void SelfTestFoundProblems(this ILogger logger, string sentence);

    [LoggerMessage(EventId = EventIds.Host + 206, EventName = "SelfTestFailed", Level = LogLevel.Warning,
        Message = "Whether browsers can reach this gateway could not be tested: {Reason}")]
    public static partial void SelfTestFailed(this ILogger logger, string reason);
}
