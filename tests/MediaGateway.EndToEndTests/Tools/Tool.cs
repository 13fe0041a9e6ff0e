using Xunit;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>Programs of the system that the tests drive. <c>test.sh</c> installs them.</summary>
internal static class Tool
{
    /// <summary>The path of the first of these programs that is installed. Without one the test is skipped; in CI it fails.</summary>
    public static string Require(params string[] names)
    {
        foreach (string name in names)
        {
            if (Find(name) is { } path)
            {
                return path;
            }
        }

        Missing($"the program {string.Join(" or ", names)} is not installed (./test.sh installs it)");
        return "";
    }

    /// <summary>The path of a file or folder that a package of the system brings, or skip and fail as <see cref="Require"/> does.</summary>
    public static string RequirePath(string path, string package)
    {
        if (!Path.Exists(path))
        {
            Missing($"{path} is missing: the package {package} is not installed (./test.sh installs it)");
        }

        return path;
    }

    /// <summary>Skips the running test for want of a tool; fails it in CI, where nothing may be missing.</summary>
    public static void Missing(string what)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail($"Needed in CI: {what}.");
        }

        Assert.Skip($"Left out: {what}.");
    }

    private static string? Find(string name)
    {
        string search = Environment.GetEnvironmentVariable("PATH") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
        return search.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
