using System.Buffers.Binary;
using MediaGateway.Native.OpenSsl;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Dtls;
using Xunit;

namespace MediaGateway.Native.Tests.OpenSsl;

public sealed class DtlsRobustnessTests : IDisposable
{
    private readonly OpenSslDtlsEndpointFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void EveryTruncationOfAClientHello_IsHarmless()
    {
        byte[] hello = ClientHello();
        for (int length = 0; length < hello.Length; length++)
        {
            using IDtlsEndpoint server = _factory.CreateServer();
            server.Receive(hello.AsSpan(0, length));
            Assert.Equal(DtlsState.Handshaking, server.State);
            Assert.False(server.TryTakeDatagram(new byte[1500], out _));
        }
    }

    [Fact]
    public void MutatedHandshakes_NeverThrowAndTheNextPeerConnects()
    {
        using var recorded = new DtlsPair(_factory.CreateServer(), new DtlsTestClient(mtu: 300, alpnBytes: 600));
        recorded.Pump();
        var random = new Random(7);
        for (int round = 0; round < 1500; round++)
        {
            using IDtlsEndpoint server = _factory.CreateServer();
            foreach (byte[] datagram in recorded.ClientDatagrams)
            {
                byte[] changed = (byte[])datagram.Clone();
                for (int count = random.Next(4); count > 0; count--)
                {
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                }

                server.Receive(changed.AsSpan(0, random.Next(8) == 0 ? random.Next(changed.Length) : changed.Length));
                Drain(server);
            }
        }

        ConnectOne();
    }

    [Fact]
    public void FuzzSeeds_NeverThrowAndTheNextPeerConnects()
    {
        foreach (string file in TestData.Files("fuzz", "openssl_dtlsserver"))
        {
            byte[] seed = File.ReadAllBytes(file);
            using IDtlsEndpoint whole = _factory.CreateServer();
            whole.Receive(seed.AsSpan(0, Math.Min(seed.Length, 2048)));
            Drain(whole);
            using IDtlsEndpoint records = _factory.CreateServer();
            using IDtlsEndpoint afterHello = _factory.CreateServer();
            afterHello.Receive(ClientHello());
            foreach (byte[] record in SplitRecords(seed))
            {
                records.Receive(record);
                afterHello.Receive(record);
                Drain(records);
                Drain(afterHello);
            }
        }

        ConnectOne();
    }

    [Fact]
    public void RecordedClientHello_IsAnswered()
    {
        List<byte[]> datagrams = UdpPayloads(TestData.Read("dtls", "zeek", "dtls1_2.pcap"));
        Assert.NotEmpty(datagrams);
        using IDtlsEndpoint server = _factory.CreateServer();
        datagrams.ForEach(datagram => server.Receive(datagram));
        Assert.True(server.TryTakeDatagram(new byte[1500], out _));
        foreach (byte[] datagram in UdpPayloads(TestData.Read("dtls", "zeek", "webrtc-stun.pcap")))
        {
            using IDtlsEndpoint other = _factory.CreateServer();
            other.Receive(datagram);
        }
    }

    private static void Drain(IDtlsEndpoint endpoint)
    {
        byte[] buffer = new byte[1500];
        while (endpoint.TryTakeDatagram(buffer, out _))
        {
        }
    }

    private static byte[] ClientHello()
    {
        using var client = new DtlsTestClient();
        client.Start();
        byte[] buffer = new byte[1500];
        Assert.True(client.TryTakeDatagram(buffer, out int length));
        return buffer[..length];
    }

    private static IEnumerable<byte[]> SplitRecords(byte[] stream)
    {
        int offset = 0;
        while (offset + 13 <= stream.Length)
        {
            int length = Math.Min(stream.Length - offset, 13 + BinaryPrimitives.ReadUInt16BigEndian(stream.AsSpan(offset + 11)));
            yield return stream[offset..(offset + length)];
            offset += length;
        }
    }

    private static List<byte[]> UdpPayloads(byte[] pcap)
    {
        const int ethernet = 14;
        List<byte[]> payloads = [];
        int offset = 24;
        while (offset + 16 <= pcap.Length)
        {
            int length = BitConverter.ToInt32(pcap, offset + 8);
            Span<byte> frame = pcap.AsSpan(offset + 16, length);
            offset += 16 + length;
            int headerBytes = (frame[ethernet] & 0xF) * 4;
            if (frame[ethernet] >> 4 == 4 && frame[ethernet + 9] == 17)
            {
                payloads.Add(frame[(ethernet + headerBytes + 8)..].ToArray());
            }
        }

        return payloads;
    }

    private void ConnectOne()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        pair.Pump();
        Assert.True(pair.IsConnected);
    }
}
