namespace MediaGateway.Native.Tests.Opus;

/// <summary>The Opus packets of an Ogg file, without its two headers.</summary>
internal static class OggPackets
{
    public static List<byte[]> Read(byte[] file)
    {
        List<byte[]> packets = [];
        List<byte> packet = [];
        int offset = 0;
        while (offset + 27 <= file.Length)
        {
            int segments = file[offset + 26];
            int data = offset + 27 + segments;
            for (int index = 0; index < segments; index++)
            {
                int length = file[offset + 27 + index];
                packet.AddRange(file.AsSpan(data, length));
                data += length;
                if (length < 255)
                {
                    packets.Add([.. packet]);
                    packet.Clear();
                }
            }

            offset = data;
        }

        return packets[2..];
    }
}
