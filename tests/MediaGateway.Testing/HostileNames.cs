using Xunit;

namespace MediaGateway.Testing;

/// <summary>
/// Names of streams and files by which servers have been led outside their folders, or into trouble of other kinds. Each is given as a client
/// sends it in an RTMP name or, escaped, in the path of an address; none may ever open a file outside the roots.
/// </summary>
public static class HostileNames
{
    /// <summary>The name of a file that tests put beside, not into, the root that names must stay in.</summary>
    public const string SecretFile = "secret.mp4";

    /// <summary>All names; each leads to <see cref="SecretFile"/>, one folder above the root, if it is believed, or is otherwise no name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "../secret.mp4",
        "../secret",
        "..",
        ".",
        "./../secret.mp4",
        "dir/../../secret.mp4",
        "dir/./../../secret.mp4",
        "../../../../../../../../etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "///etc/passwd",
        "/../secret.mp4",
        "mp4:../secret.mp4",
        "mp4:/etc/passwd",
        "mp4:dir/../../secret.mp4",
        "flv:../secret.mp4",
        "mp3:../secret.mp4",
        "../mp4:secret.mp4",
        "mp4:mp4:../secret.mp4",
        "%2e%2e/secret.mp4",
        "%2e%2e%2fsecret.mp4",
        "..%2fsecret.mp4",
        "..%2Fsecret.mp4",
        "%252e%252e%252fsecret.mp4",
        "%252e%252e/secret.mp4",
        "..%252fsecret.mp4",
        "..%5csecret.mp4",
        "..\\secret.mp4",
        "dir\\..\\..\\secret.mp4",
        "..%c0%afsecret.mp4",
        "..%e0%80%afsecret.mp4",
        "%c0%ae%c0%ae/secret.mp4",
        "..\u2215secret.mp4",
        "..\uFF0Fsecret.mp4",
        "\uFF0E\uFF0E/secret.mp4",
        "\u2025/secret.mp4",
        "..;/secret.mp4",
        "..;secret.mp4",
        "....//secret.mp4",
        "..../secret.mp4",
        ".../secret.mp4",
        ". ./secret.mp4",
        ".. /secret.mp4",
        "../ secret.mp4",
        "../secret.mp4 ",
        "../secret.mp4.",
        "../secret.mp4\0.flv",
        "../secret.mp4%00.flv",
        "clip.mp4\0",
        "\0",
        "clip\r\n.mp4",
        "clip%0d%0a.mp4",
        "C:\\secret.mp4",
        "C:/secret.mp4",
        "\\\\?\\C:\\secret.mp4",
        "\\\\server\\share\\secret.mp4",
        "file:///etc/passwd",
        "http://127.0.0.1/secret.mp4",
        "~/secret.mp4",
        "~root/../secret.mp4",
        "$(touch secret).mp4",
        "`id`.mp4",
        ";id;.mp4",
        "|id",
        "-i",
        "",
        " ",
        "/",
        "dir/",
        "dir",
        "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/../../../../../../../../../../../../../../../../../../secret.mp4",
        new string('a', 300),
        new string('.', 300),
        string.Concat(Enumerable.Repeat("../", 100)) + "secret.mp4",
        "_definst_/../../secret.mp4",
        "_definst_/mp4:../secret.mp4",
        "link.mp4",
        "linkdir/secret.mp4",
        "mp4:link.mp4",
        "link",
    ];

    /// <summary>The same for theories.</summary>
    public static TheoryData<string> Rows => [.. All];

    /// <summary>
    /// Makes a folder with a root in it, and the file outside that all the names are after; symbolic links in the root lead to it. Returns the
    /// root. The folder is the caller's to delete.
    /// </summary>
    public static string Prepare(string folder, byte[] secret)
    {
        string root = Path.Combine(folder, "root");
        Directory.CreateDirectory(Path.Combine(root, "dir"));
        File.WriteAllBytes(Path.Combine(folder, SecretFile), secret);
        File.CreateSymbolicLink(Path.Combine(root, "link.mp4"), Path.Combine(folder, SecretFile));
        Directory.CreateSymbolicLink(Path.Combine(root, "linkdir"), folder);
        return root;
    }
}
