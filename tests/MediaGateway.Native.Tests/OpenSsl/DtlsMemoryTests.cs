using System.Buffers.Binary;
using MediaGateway.Native.OpenSsl;
using MediaGateway.WebRtc.Dtls;
using Xunit;

namespace MediaGateway.Native.Tests.OpenSsl;

[Collection(AloneCollection.Name)]
public sealed class DtlsMemoryTests : IDisposable
{
    private readonly OpenSslDtlsEndpointFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void HostileFragments_TakeBoundedMemory()
    {
        // Fragments of messages that claim 16 MB, with gaps, overlaps and leaps of the message number.
        var random = new Random(3);
        byte[] record = new byte[13 + 12 + 100];
        record[0] = 22;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(1), 0xFEFD);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(11), 112);
        void Attack()
        {
            using IDtlsEndpoint server = _factory.CreateServer();
            for (int sequence = 0; sequence < OpenSslDtlsEndpoint.MaximumHandshakeDatagrams; sequence++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(7), (uint)sequence);
                record[13] = (byte)random.Next(25);
                BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(13), ((uint)record[13] << 24) | 0xFF_FFFF);
                BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(17), (ushort)random.Next(12));
                BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(18), (uint)random.Next(0xFF_FFFF) << 8);
                BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(21), 100 | ((uint)record[21] << 24));
                server.Receive(record);
            }

            Drain(server);
        }

        NativeHeap.AssertFlat(Attack, rounds: 100, allowedBytesPerRound: 500);
    }

    [Fact]
    public void FinishedAssociations_LeaveNothingBehind() => NativeHeap.AssertFlat(ConnectOne, rounds: 200, allowedBytesPerRound: 500);

    [Fact]
    public void AbandonedHandshakes_LeaveNothingBehind()
    {
        byte[] hello = ClientHello();
        void Abandon()
        {
            IDtlsEndpoint server = _factory.CreateServer();
            server.Receive(hello);
            server.Dispose();
        }

        NativeHeap.AssertFlat(Abandon, rounds: 200, allowedBytesPerRound: 500);
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

    private void ConnectOne()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        pair.Pump();
        Assert.True(pair.IsConnected);
    }
}
