using MediaGateway.Media.Hls;

namespace MediaGateway.Servers.Hls;

/// <summary>What came of cutting a file into segments.</summary>
/// <param name="Plan">How it is cut; null when HLS cannot be made of it.</param>
/// <param name="Refusal">Why not, in words.</param>
internal sealed record HlsFileCut(HlsFilePlan? Plan, string? Refusal);
