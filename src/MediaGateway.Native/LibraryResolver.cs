using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaGateway.Native;

/// <summary>Finds the C libraries by the names under which distributions install them at run time (without development packages).</summary>
internal static class LibraryResolver
{
    public const string Ssl = "libssl";
    public const string Crypto = "libcrypto";
    public const string Opus = "libopus";
    public const string Speex = "libspeex";
    public const string AvCodec = "libavcodec";
    public const string AvUtil = "libavutil";
    public const string SwScale = "libswscale";

    /// <summary>
    /// The releases of FFmpeg whose structures we know, as majors of libavcodec, libavutil and libswscale: 5.1, 6.x, 7.x. One
    /// release is taken for all of them; libswscale may be missing. The first is the one that the tests run on.
    /// </summary>
    private static readonly (int AvCodec, int AvUtil, int SwScale)[] FFmpegReleases = [(59, 57, 6), (60, 58, 7), (61, 59, 8)];

    private static readonly Lazy<nint[]> FFmpegHandles = new(LoadFFmpeg);

    /// <summary>The file names under which a library is looked for, in order.</summary>
    public static IReadOnlyList<string> FileNamesOf(string library) => library switch
    {
        Ssl => ["libssl.so.3"],
        Crypto => ["libcrypto.so.3"],
        Opus => ["libopus.so.0"],
        Speex => ["libspeex.so.1"],
        AvCodec => [.. FFmpegReleases.Select(release => $"libavcodec.so.{release.AvCodec}")],
        AvUtil => [.. FFmpegReleases.Select(release => $"libavutil.so.{release.AvUtil}")],
        SwScale => [.. FFmpegReleases.Select(release => $"libswscale.so.{release.SwScale}")],
        _ => [],
    };

    // The resolver must be in place before the first call into any library, whichever class makes it.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(LibraryResolver).Assembly, (name, _, _) => Resolve(name));

    /// <summary>The loaded library; 0 for a name that is not one of ours or a library that is not installed.</summary>
    internal static nint Resolve(string library) => library switch
    {
        AvCodec => FFmpegHandles.Value[0],
        AvUtil => FFmpegHandles.Value[1],
        SwScale => FFmpegHandles.Value[2],
        _ => FirstOf(FileNamesOf(library)),
    };

    private static nint FirstOf(IReadOnlyList<string> fileNames)
    {
        foreach (string fileName in fileNames)
        {
            if (NativeLibrary.TryLoad(fileName, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }

    private static nint[] LoadFFmpeg()
    {
        foreach ((int avCodec, int avUtil, int swScale) in FFmpegReleases)
        {
            if (NativeLibrary.TryLoad($"libavcodec.so.{avCodec}", out nint codec)
                && NativeLibrary.TryLoad($"libavutil.so.{avUtil}", out nint util))
            {
                return [codec, util, NativeLibrary.TryLoad($"libswscale.so.{swScale}", out nint scale) ? scale : 0];
            }
        }

        return [0, 0, 0];
    }
}
