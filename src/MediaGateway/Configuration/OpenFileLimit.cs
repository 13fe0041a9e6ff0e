using System.Globalization;
using MediaGateway.Servers.WebRtc;

namespace MediaGateway.Configuration;

/// <summary>
/// Connections are files of the process, and where none are left the runtime itself gives up: it can open none of its own. So RTMP and HTTP
/// together take no more than what the system allows (<c>ulimit -n</c>) beyond a reserve, each of them a share that a flood of the other
/// cannot take.
/// </summary>
/// <param name="Files">Files that the process may have open.</param>
/// <param name="WantedRtmp">RTMP connections as set.</param>
/// <param name="WantedHttp">HTTP connections as set.</param>
internal sealed record OpenFileLimit(long Files, int WantedRtmp, int WantedHttp)
{
    /// <summary>Files for everything else: the program's own, some 250 while it runs, recordings, pushes.</summary>
    public const int Reserve = 512;

    /// <summary>A kind has as many as this in any case: with fewer nothing works.</summary>
    public const int Fewest = 16;

    /// <summary>RTMP's media is sent by another thread than that which reads, and each has a descriptor of its own.</summary>
    public const int FilesOfRtmp = 2;

    /// <summary>Connections of a kind that are closed at the same time because there are too many; further ones are not accepted yet.</summary>
    public const int MostClosing = 1024;

    private const int MediaShare = 8;

    /// <summary>A part of the files is left to connections that are accepted and then closed, because there are too many: until that is done they are files.</summary>
    private const int ClosingShare = 8;

    private const string Line = "Max open files";

    /// <summary>RTMP connections that there may be.</summary>
    public int Rtmp => Connections(WantedRtmp);

    /// <summary>HTTP connections that there may be, each of one file.</summary>
    public int Http => Connections(WantedHttp);

    /// <summary>
    /// RTMP connections that may be accepted at the same time: those that are served, and some that are being closed. One that is only
    /// accepted is one file.
    /// </summary>
    public int AcceptedRtmp => Rtmp + Closing;

    /// <summary>The same for HTTP.</summary>
    public int AcceptedHttp => Http + Closing;

    /// <summary>Connections of the media port over TCP that there may be, each of one file.</summary>
    public int Media => (int)Math.Clamp(Room / MediaShare, Fewest, TcpMediaLimits.MaximumConnections);

    /// <summary>Files with which all connections may be that are set.</summary>
    public long Needed => Reserve + ((TcpMediaLimits.MaximumConnections + Wanted) * ClosingShare / (ClosingShare - 1));

    /// <summary>Whether the system allows fewer connections than are set.</summary>
    public bool IsShort => Rtmp < WantedRtmp || Http < WantedHttp;

    private int Closing => (int)Math.Clamp(Room / ClosingShare / 2, Fewest, MostClosing);

    private long Room => Math.Max(0, Files - Reserve);

    private long Wanted => ((long)WantedRtmp * FilesOfRtmp) + WantedHttp;

    /// <summary>What holds for this process.</summary>
    public static OpenFileLimit OfThisProcess(int wantedRtmp, int wantedHttp) => new(Read(), wantedRtmp, wantedHttp);

    /// <summary>The limit in the text of <c>/proc/self/limits</c>; no limit where it cannot be read.</summary>
    public static long Parse(string limits)
    {
        foreach (string line in limits.Split('\n'))
        {
            if (line.StartsWith(Line, StringComparison.Ordinal)
                && long.TryParse(line[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out long files))
            {
                return files;
            }
        }

        return long.MaxValue;
    }

    // In the proportion in which they are set; one that is set low leaves the rest to the other.
    private int Connections(int wanted)
    {
        long room = Room - (Room / ClosingShare) - Media;
        return Wanted <= room ? wanted : (int)Math.Min(wanted, Math.Max(Fewest, room * wanted / Wanted));
    }

    private static long Read()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/limits"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }
}
