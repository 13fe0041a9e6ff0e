using System.Reflection;
using System.Xml.Linq;
using MediaGateway.Diagnostics;
using Xunit;

namespace MediaGateway.Tests;

public class ArchitectureTests
{
    private const int LongestSourceFile = 500;

    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["MediaGateway.Media"] = [],
        ["MediaGateway.Rtmp"] = ["MediaGateway.Media"],
        ["MediaGateway.WebRtc"] = ["MediaGateway.Media"],
        ["MediaGateway.Native"] = ["MediaGateway.Media", "MediaGateway.WebRtc"],
        ["MediaGateway"] = ["MediaGateway.Media", "MediaGateway.Rtmp", "MediaGateway.WebRtc", "MediaGateway.Native"],
    };

    private static readonly string[] BannedInCores =
    [
        "System.Net.Sockets.", "System.Net.Http.", "System.Threading.", "System.IO.", "System.Console",
        "System.Runtime.CompilerServices.Async", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Diagnostics.Process",
        "Microsoft.Extensions.", "Microsoft.AspNetCore.",
    ];

    private static readonly string[] AllowedInCores =
    [
        "System.IO.InvalidDataException", "System.IO.EndOfStreamException",
    ];

    private static readonly string[] AllowedInMedia = ["System.Threading.Interlocked", "System.Threading.Volatile"];

    // What carries media, or waits, there: a wall clock that is set must not move it.
    private static readonly string[] MonotonicFolders =
        ["Streams", "Push", "Relay", "Hooks", "Sessions", "Servers.Rtmp", "Servers.WebRtc", "Servers.Flv", "Servers.Whip", "Servers.Signaling"];

    private static readonly string[] Clocks =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now",
        "System.DateTimeOffset.get_UtcNow", "System.Environment.get_TickCount", "System.Environment.get_TickCount64",
    ];

    public static TheoryData<string> Assemblies => [.. AllowedReferences.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Project_ReferencesOnlyWhatItMay(string name)
    {
        XDocument project = XDocument.Load(RepositoryFiles.PathOf("src", name, $"{name}.csproj"));
        IEnumerable<string?> inProject = project.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")?.Value.Replace('\\', '/')));
        IEnumerable<string?> inAssembly = Assembly.Load(name).GetReferencedAssemblies()
            .Select(reference => reference.Name)
            .Where(reference => reference!.StartsWith("MediaGateway", StringComparison.Ordinal));
        Assert.Empty(inProject.Concat(inAssembly).Except(AllowedReferences[name]));
    }

    [Theory]
    [InlineData("MediaGateway.Media")]
    [InlineData("MediaGateway.Rtmp")]
    [InlineData("MediaGateway.WebRtc")]
    public void Core_HasNoInputOutputTasksThreadsLocksOrClock(string name)
    {
        IReadOnlySet<AssemblyUses.Use> uses = AssemblyUses.Of(Assembly.Load(name));
        Assert.NotEmpty(uses);
        AssertNone(uses, IsBannedInCore);
        AssertNone(uses, IsClock);
    }

    [Fact]
    public void Host_KeepsTimeByTheTimeProvider()
    {
        IReadOnlySet<AssemblyUses.Use> uses = AssemblyUses.Of(Assembly.Load("MediaGateway"));
        AssertNone(uses, IsClock);
        AssertNone(uses, use => use.Used == typeof(System.Diagnostics.Stopwatch));
        AssertNone(uses, use => use.Used == typeof(Thread) && use.Member == nameof(Thread.Sleep));
        AssertNone(uses, use => use.Used == typeof(Task) && use.Member == nameof(Task.Delay) && !TakesTimeProvider(use));
        Assert.Contains(uses, use => use.Used == typeof(TimeProvider));
    }

    [Fact]
    public void Host_TimesNothingByTheWallClock()
    {
        IReadOnlySet<AssemblyUses.Use> uses = AssemblyUses.Of(Assembly.Load("MediaGateway"));
        AssertNone(uses, use => use.Used == typeof(TimeProvider) && use.Member == nameof(TimeProvider.GetUtcNow) && IsMonotonic(use.User));
        Assert.Contains(uses, use => use.Used == typeof(TimeProvider) && use.Member == nameof(TimeProvider.GetUtcNow));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ForeignFunctions_AreOnlyInNative(string name)
    {
        IEnumerable<MethodInfo> foreign = Assembly.Load(name).GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl));
        Assert.Equal(name == "MediaGateway.Native", foreign.Any());
    }

    [Fact]
    public void ServerFolders_NeverReferenceEachOther()
    {
        IReadOnlySet<AssemblyUses.Use> uses = AssemblyUses.Of(Assembly.Load("MediaGateway"));
        AssertNone(uses, use => ServerOf(use.User) is { } user && ServerOf(use.Used) is { } used && user != used);
    }

    [Fact]
    public void ServiceCollection_IsTouchedOnlyByRegistrations()
    {
        IReadOnlySet<AssemblyUses.Use> uses = AssemblyUses.Of(Assembly.Load("MediaGateway"));
        AssertNone(uses, use => use.Used == typeof(IServiceCollection) && !IsRegistration(Outermost(use.User)));
    }

    [Fact]
    public void SourceFiles_AreShortEnoughToRead()
    {
        string[] files = [.. new[] { "src", "tests" }.SelectMany(folder => RepositoryFiles.Below(folder, ".cs"))];
        string[] pages = Directory.Exists(RepositoryFiles.PathOf("web")) ? [.. RepositoryFiles.Below("web", ".ts")] : [];
        Assert.NotEmpty(files);
        IEnumerable<string> tooLong = files.Concat(pages).Where(file => File.ReadLines(file).Count() > LongestSourceFile);
        Assert.Equal([], tooLong);
    }

    [Fact]
    public void EventIds_AreUniqueAndInTheRangeOfTheirFeature()
    {
        (MethodInfo Method, LoggerMessageAttribute Message)[] messages =
        [
            .. Assembly.Load("MediaGateway").GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                .SelectMany(method => method.GetCustomAttributes<LoggerMessageAttribute>().Select(message => (method, message))),
        ];
        Assert.NotEmpty(messages);
        Assert.Empty(messages.GroupBy(entry => entry.Message.EventId).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Empty(messages.GroupBy(entry => entry.Message.EventName ?? entry.Method.Name)
            .Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.All(messages, entry => Assert.Contains(RangesOf(entry.Method.DeclaringType!), range =>
            entry.Message.EventId > range && entry.Message.EventId < range + EventIds.RangeLength));
    }

    private static int[] RangesOf(Type type) => (ServerOf(type), type.Namespace) switch
    {
        ("Rtmp", _) => [EventIds.Rtmp],
        ("WebRtc", _) => [EventIds.WebRtc],
        ("Signaling", _) or ("Whip", _) => [EventIds.Signaling],
        ("Flv", _) => [EventIds.Flv],
        ("Files", _) => [EventIds.Files],
        ("Hls", _) => [EventIds.Hls],
        (_, "MediaGateway.Recording") => [EventIds.Recording],
        (_, "MediaGateway.Push") => [EventIds.Push],
        (_, "MediaGateway.Relay") => [EventIds.Relay],
        (_, "MediaGateway.Snapshots") => [EventIds.Snapshots],
        (_, "MediaGateway.Api") => [EventIds.Api],
        (_, "MediaGateway.Hooks") => [EventIds.Hooks],
        (_, "MediaGateway.Vod") => [EventIds.Vod],
        (_, "MediaGateway.Streams.Renditions") => [EventIds.VideoBridge],
        (_, "MediaGateway.Streams.Ladders") => [EventIds.Ladder],
        (_, "MediaGateway.Streams") => [EventIds.Streams, EventIds.AudioBridge],
        _ => [EventIds.Host],
    };

    private static void AssertNone(IEnumerable<AssemblyUses.Use> uses, Func<AssemblyUses.Use, bool> isFault)
    {
        string[] faults = [.. uses.Where(isFault).Select(use => use.ToString()).Order(StringComparer.Ordinal)];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    private static bool IsRegistration(Type type) =>
        type.Name == "Program" || type.Name.EndsWith("ServiceCollectionExtensions", StringComparison.Ordinal);

    private static bool IsBannedInCore(AssemblyUses.Use use)
    {
        string used = use.Used.FullName ?? use.Used.Name;
        string user = use.User.FullName ?? use.User.Name;
        bool isMedia = user.StartsWith("MediaGateway.Media.", StringComparison.Ordinal);
        bool isMemory = user.StartsWith("MediaGateway.Media.Memory.", StringComparison.Ordinal);
        return BannedInCores.Any(banned => used.StartsWith(banned, StringComparison.Ordinal))
            && !AllowedInCores.Contains(used)
            && !(isMedia && AllowedInMedia.Contains(used))
            && !(isMemory && used.StartsWith("System.Threading.Lock", StringComparison.Ordinal));
    }

    private static bool IsClock(AssemblyUses.Use use) => Clocks.Contains($"{use.Used.FullName}.{use.Member}");

    private static bool IsMonotonic(Type type) =>
        MonotonicFolders.Any(folder => $"{type.Namespace}.".StartsWith($"MediaGateway.{folder}.", StringComparison.Ordinal));

    private static bool TakesTimeProvider(AssemblyUses.Use use) =>
        use.Parameters!.Split(", ").Contains(nameof(TimeProvider), StringComparer.Ordinal);

    private static string? ServerOf(Type type)
    {
        const string Servers = "MediaGateway.Servers.";
        string name = type.Namespace ?? "";
        return name.StartsWith(Servers, StringComparison.Ordinal) ? name[Servers.Length..].Split('.')[0] : null;
    }

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }
}
