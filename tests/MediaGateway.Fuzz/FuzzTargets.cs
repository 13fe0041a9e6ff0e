using MediaGateway.Fuzz.Targets;

namespace MediaGateway.Fuzz;

/// <summary>Every target, in the order of <c>docs/fuzzing.md</c>.</summary>
public static class FuzzTargets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. StunTargets.All,
        .. TransportTargets.All,
        .. RtpTargets.All,
        .. PayloadTargets.All,
        .. SdpTargets.All,
        .. H264Targets.All,
        .. AmfTargets.All,
        .. RtmpTargets.All,
        .. RtmpSessionTargets.All,
        .. FileTargets.All,
        .. HostTargets.All,
    ];

    /// <summary>The target of a name; null when there is none.</summary>
    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
