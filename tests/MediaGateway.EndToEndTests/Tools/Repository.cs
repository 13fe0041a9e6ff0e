using System.Reflection;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>Where the built program and the sources lie.</summary>
internal static class Repository
{
    /// <summary>The top of the repository: the working directory in which a user starts the gateway.</summary>
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The gateway as built together with these tests.</summary>
    public static string GatewayProgram { get; } = Metadata("GatewayProgram");

    /// <summary>A file that belongs to these tests and is run from its source.</summary>
    public static string TestFile(params string[] path) => Path.Combine([Root, "tests", "MediaGateway.EndToEndTests", .. path]);

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!;
}
