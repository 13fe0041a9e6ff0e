using Xunit;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>
/// What may run at the same time: one test with a browser (or what publishes as one does) beside one with programs only, and after all of
/// them, alone, those that measure or load the machine. Every class names its lane by <c>[Collection(Lane.Browser)]</c>.
/// </summary>
internal static class Lane
{
    /// <summary>A browser is started, or another stack publishes over WebRTC: both lanes take about as long.</summary>
    public const string Browser = "Browser";

    /// <summary>Players, encoders and servers only.</summary>
    public const string Programs = "Programs";

    /// <summary>Delays, lip sync or losses are measured, or every core is busy.</summary>
    public const string Alone = "Alone";
}

/// <summary>The lane of browsers and of other publishers over WebRTC.</summary>
[CollectionDefinition(Lane.Browser)]
public sealed class BrowserLane;

/// <summary>The lane of programs.</summary>
[CollectionDefinition(Lane.Programs)]
public sealed class ProgramsLane;

/// <summary>Those that run alone.</summary>
[CollectionDefinition(Lane.Alone, DisableParallelization = true)]
public sealed class AloneLane;
