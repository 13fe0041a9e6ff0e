namespace MediaGateway.Benchmarks;

/// <summary>
/// Bytes of managed memory that one operation of each benchmark allocates: exactly that many, once its code is warm. A test of
/// <c>tests/MediaGateway.Benchmarks.Tests</c> holds them.
/// </summary>
public static class AllocationBudgets
{
    // One MediaFrame with its header: the one small object that every ingested frame costs.
    private const double Frame = 96;

    /// <summary>The budgets by class and method.</summary>
    public static IReadOnlyDictionary<string, double> All { get; } = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["SrtpBenchmarks.ProtectCounterMode"] = 0,
        ["SrtpBenchmarks.ProtectGcm"] = 0,
        ["SrtpBenchmarks.ProtectAndUnprotectCounterMode"] = 0,
        ["SrtpBenchmarks.ProtectAndUnprotectGcm"] = 0,

        ["RtpBenchmarks.ParsePacket"] = 0,
        ["RtpBenchmarks.ReceivePicture"] = Frame,
        ["RtpBenchmarks.ReceiveSound"] = Frame,

        ["H264Benchmarks.DepacketizePicture"] = 0,
        ["H264Benchmarks.PacketizePicture"] = 0,
        ["H264Benchmarks.SendPicture"] = Frame, // the publisher's, made by the benchmark

        ["RtcpBenchmarks.WriteReport"] = 0,
        ["RtcpBenchmarks.ReadTransportFeedback"] = 0,

        ["StunBenchmarks.AnswerCheck"] = 0,

        ["ChunkBenchmarks.WritePicture"] = 0,
        ["ChunkBenchmarks.WritePictureInSmallChunks"] = 0,
        ["ChunkBenchmarks.WriteSound"] = 0,
        ["ChunkBenchmarks.ReadPicture"] = 0,
        ["ChunkBenchmarks.ReadPictureInSmallChunks"] = 0,
        ["ChunkBenchmarks.ReadPictureToFrame"] = Frame,

        ["FileBenchmarks.WriteFlvPicture"] = 0,
        ["FileBenchmarks.WriteFlvSound"] = 0,
        ["FileBenchmarks.WriteMp4Part"] = 0,
        ["FileBenchmarks.WriteTransportStreamPart"] = 0,

        ["SoundBenchmarks.OpusToAacFast"] = Frame * 15 / 16, // fifteen frames of AAC from sixteen packets of Opus
        ["SoundBenchmarks.OpusToAacTwoLoop"] = Frame * 15 / 16,
        ["SoundBenchmarks.BareLibrariesFast"] = 0,
        ["SoundBenchmarks.BareLibrariesTwoLoop"] = 0,
    };
}
