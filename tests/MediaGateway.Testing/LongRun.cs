namespace MediaGateway.Testing;

/// <summary>
/// What takes too long for every run: tests and rows with the trait <c>Run=full</c>, and cases that only <c>./test.sh --full</c> adds,
/// which sets <c>MEDIAGATEWAY_TEST_FULL</c>. Each has a test that runs every time and fails when the same thing is broken.
/// </summary>
public static class LongRun
{
    /// <summary>The name of the trait.</summary>
    public const string Trait = "Run";

    /// <summary>Its value for tests that <c>./test.sh</c> leaves out.</summary>
    public const string Full = "full";

    /// <summary>Whether this is the long run.</summary>
    public static bool IsOn => Environment.GetEnvironmentVariable("MEDIAGATEWAY_TEST_FULL") is { Length: > 0 };
}
