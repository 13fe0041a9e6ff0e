using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>The programs on WebRTC stacks other than a browser's, of the system's packages.</summary>
internal static class StackPrograms
{
    private const string DebianPackages = "/usr/share/gocode";
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(3);

    /// <summary>The system's Python: the packages of GStreamer are not seen by any other.</summary>
    public static string Python
    {
        get
        {
            Tool.RequirePath("/usr/lib/python3/dist-packages/gi", "python3-gi");
            return Tool.RequirePath("/usr/bin/python3", "python3");
        }
    }

    /// <summary>A script for GStreamer's webrtcbin.</summary>
    public static string GStreamer(string script) => Repository.TestFile("Publishers", "GStreamer", script);

    /// <summary>Builds the program on Pion, once in a run, and returns its path.</summary>
    public static Task<string> BuildPionAsync()
    {
        Tool.RequirePath(Path.Combine(DebianPackages, "src/github.com/pion/webrtc"), "golang-github-pion-webrtc.v3-dev");
        return SharedFiles.GetAsync(
            "Pion",
            static program => ToolProcess.RunAsync(
                Tool.Require("go"),
                ["build", "-o", program, "."],
                BuildLimit,
                new Dictionary<string, string?> { ["GOPATH"] = DebianPackages, ["GO111MODULE"] = "off", ["GOFLAGS"] = "" },
                Repository.TestFile("Publishers", "Pion")));
    }
}
