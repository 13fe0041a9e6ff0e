using System.Globalization;

namespace MediaGateway.Load;

/// <summary>What the server under load takes of the machine, by <c>/proc</c>; only where it runs on this one.</summary>
/// <param name="id">Its process.</param>
internal sealed class ServerProcess(int id)
{
    private const double TicksPerSecond = 100; // USER_HZ of every Linux that .NET runs on
    private const int UserTicks = 11;
    private const int SystemTicks = 12;

    /// <summary>Seconds of processor time so far, user and system.</summary>
    /// <exception cref="LoadException">There is no such process.</exception>
    public double ProcessorSeconds()
    {
        // The name, in brackets, may hold spaces: fields are counted after it.
        string[] fields = Read("stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(fields[UserTicks], CultureInfo.InvariantCulture) + double.Parse(fields[SystemTicks], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>KiB of memory of its own (<c>RssAnon</c>).</summary>
    /// <exception cref="LoadException">There is no such process.</exception>
    public long OwnMemory()
    {
        string line = Array.Find(Read("status").Split('\n'), line => line.StartsWith("RssAnon:", StringComparison.Ordinal)) ?? "RssAnon: 0 kB";
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private string Read(string name)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{name}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LoadException($"Process {id} is not there, or is not to be looked at.");
        }
    }
}
