using System.Globalization;

namespace MediaGateway.Testing;

/// <summary>What the kernel holds for UDP sockets that have not read it (Linux, proc(5)).</summary>
public static class UdpQueues
{
    private const int LocalAddress = 1;
    private const int Queues = 4;

    /// <summary>Bytes, with the kernel's own share, that wait for the sockets of a port; 0 where nothing waits or no socket has it.</summary>
    public static long BytesAt(int port)
    {
        string end = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        long bytes = 0;
        foreach (string table in (string[])["/proc/net/udp", "/proc/net/udp6"])
        {
            if (!File.Exists(table))
            {
                continue; // no IPv6
            }

            foreach (string line in File.ReadLines(table))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > Queues && fields[LocalAddress].EndsWith(end, StringComparison.Ordinal))
                {
                    bytes += long.Parse(fields[Queues].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                }
            }
        }

        return bytes;
    }
}
