using MediaGateway.Native;

namespace MediaGateway.Diagnostics;

/// <summary>Tries the native libraries before anything else starts: a gateway without sound or ciphers is none.</summary>
internal static class NativeCheck
{
    /// <summary>The process's exit code when a library is missing or does not work.</summary>
    public const int ExitCode = 4;

    /// <summary>Whether all is well; writes one line for each library that fails or has something to remark.</summary>
    public static bool Passes(TextWriter failures)
    {
        bool passes = true;
        foreach (NativeLibraryReport report in NativeLibraries.SelfCheck())
        {
            passes &= report.Failure is null;
            if (report.Failure is not null || report.Remark is not null)
            {
                failures.WriteLine(report.ToString());
            }
        }

        return passes;
    }
}
