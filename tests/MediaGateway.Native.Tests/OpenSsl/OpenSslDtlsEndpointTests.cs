using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Native.OpenSsl;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Srtp;
using Xunit;

namespace MediaGateway.Native.Tests.OpenSsl;

public sealed class OpenSslDtlsEndpointTests : IDisposable
{
    private readonly OpenSslDtlsEndpointFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Theory]
    [InlineData(null, SrtpProfile.AeadAes128Gcm, 12)]
    [InlineData("SRTP_AES128_CM_SHA1_80", SrtpProfile.Aes128CmSha1With80BitTag, 14)]
    [InlineData("SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", SrtpProfile.AeadAes128Gcm, 12)]
    public void Handshake_GivesBothSidesTheSameKeysAndCertificates(string? offered, SrtpProfile expected, int saltBytes)
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient(srtpProfiles: offered));
        Assert.False(pair.Server.TryExportKeyingMaterial(out _));
        pair.Pump();

        Assert.True(pair.IsConnected);
        Assert.True(pair.Server.TryExportKeyingMaterial(out SrtpKeyingMaterial? ours));
        SrtpKeyingMaterial theirs = pair.Client.Keys!;
        Assert.Equal((expected, expected), (ours!.Profile, theirs.Profile));
        Assert.Equal(theirs.ClientKey, ours.ClientKey);
        Assert.Equal(theirs.ClientSalt, ours.ClientSalt);
        Assert.Equal(theirs.ServerKey, ours.ServerKey);
        Assert.Equal(theirs.ServerSalt, ours.ServerSalt);
        Assert.Equal((16, saltBytes), (ours.ClientKey.Length, ours.ServerSalt.Length));
        Assert.NotEqual(ours.ClientKey, ours.ServerKey);
        Assert.Equal(pair.Client.Certificate, pair.Server.PeerCertificate);
        Assert.True(_factory.LocalFingerprint.Matches(pair.Client.ServerCertificate));
        Assert.True(CertificateFingerprint.Sha256Of(pair.Server.PeerCertificate).Matches(pair.Client.Certificate));
        Assert.Null(pair.Server.FailureReason);
    }

    [Fact]
    public void ClientHelloOfTwoDatagrams_IsReassembledInEitherOrder()
    {
        foreach (bool reversed in new[] { false, true })
        {
            using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient(alpnBytes: 1100));
            byte[] buffer = new byte[1500];
            pair.Client.Start();
            List<byte[]> hello = [];
            while (pair.Client.TryTakeDatagram(buffer, out int length))
            {
                hello.Add(buffer[..length]);
            }

            Assert.Equal(2, hello.Count);
            if (reversed)
            {
                hello.Reverse();
            }

            hello.ForEach(datagram => pair.Server.Receive(datagram));
            pair.Pump();
            Assert.True(pair.IsConnected);
        }
    }

    [Fact]
    public void ClientWithFragmentsOf256Bytes_Connects()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient(mtu: 256, alpnBytes: 1500));
        pair.Pump();
        Assert.True(pair.IsConnected);
        Assert.All(pair.ClientDatagrams, datagram => Assert.InRange(datagram.Length, 1, 256));
        Assert.InRange(pair.DatagramsFromClient, 8, 40);
    }

    [Fact]
    public void FlightLargerThanADatagram_IsSplitIntoDatagramsOf1200BytesAtMost()
    {
        using SslContextHandle context = OpenSslDtlsEndpointFactory.CreateContext(CertificateOf(6000));
        using var pair = new DtlsPair(new OpenSslDtlsEndpoint(context), new DtlsTestClient());
        pair.Pump();
        Assert.True(pair.IsConnected);
        Assert.InRange(pair.LargestDatagram, 1000, 1200);
        Assert.InRange(pair.DatagramsFromServer, 6, 9);
    }

    [Fact]
    public void ClientWithoutCertificate_IsRefused()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient(withCertificate: false));
        pair.Pump();
        Assert.Equal(DtlsState.Failed, pair.Server.State);
        Assert.Contains("certificate", pair.Server.FailureReason, StringComparison.Ordinal);
        Assert.False(pair.Server.TryExportKeyingMaterial(out _));
        Assert.True(pair.Server.PeerCertificate.IsEmpty);
        Assert.NotNull(pair.Client.Failure);
    }

    [Fact]
    public void ClientWithoutOurSrtpProfiles_IsRefused()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient(srtpProfiles: "SRTP_AES128_CM_SHA1_32"));
        pair.Pump();
        Assert.Equal(DtlsState.Failed, pair.Server.State);
        Assert.Contains("SRTP", pair.Server.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public void PeersCloseNotify_ClosesAndIsAnswered()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        pair.Pump();
        pair.Client.Close();
        pair.Pump();
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.True(pair.Client.IsClosed);
        Assert.False(pair.Server.TryExportKeyingMaterial(out _));
    }

    [Fact]
    public void Close_SaysGoodbyeOnceAndIsHarmlessInEveryState()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        pair.Pump();
        int before = pair.DatagramsFromServer;
        pair.Server.Close();
        pair.Server.Close();
        pair.Pump();
        Assert.Equal(before + 1, pair.DatagramsFromServer);
        Assert.True(pair.Client.IsClosed);
        Assert.Equal(DtlsState.Closed, pair.Server.State);

        using IDtlsEndpoint fresh = _factory.CreateServer();
        fresh.Close();
        fresh.HandleTimeout();
        Assert.Equal(DtlsState.Closed, fresh.State);
        Assert.False(fresh.TryTakeDatagram(new byte[1500], out _));
    }

    [Fact]
    public void ApplicationData_IsIgnored()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        pair.Pump();
        for (int count = 0; count < 1000; count++)
        {
            pair.Client.SendApplicationData(new byte[700]);
            pair.Pump();
        }

        Assert.Equal(DtlsState.Connected, pair.Server.State);
        pair.Client.Close();
        pair.Pump();
        Assert.Equal(DtlsState.Closed, pair.Server.State);
    }

    [Fact]
    public void RepeatedLastFlight_IsAnsweredAgain()
    {
        // The server's last flight (its second datagram) is lost: only the client's retransmission brings it again.
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient())
        {
            Loses = (fromClient, index) => !fromClient && index == 1,
        };
        pair.Pump();
        Assert.Equal(DtlsState.Connected, pair.Server.State);
        Assert.False(pair.Client.IsConnected);
        pair.Server.Receive(pair.ClientDatagrams[^1]);
        pair.Pump();
        Assert.Equal(DtlsState.Connected, pair.Server.State);
    }

    [Fact]
    public void RecordsBeforeTheHandshake_AreDropped()
    {
        using IDtlsEndpoint server = _factory.CreateServer();
        byte[] alert = [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40];
        server.Receive(alert);
        Assert.Equal(DtlsState.Handshaking, server.State);
        using var pair = new DtlsPair(server, new DtlsTestClient());
        pair.Pump();
        Assert.True(pair.IsConnected);
    }

    [Fact]
    public void PlaintextApplicationDataDuringTheHandshake_DoesNotDisturbIt()
    {
        byte[] data = [23, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 3, 1, 2, 3];
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        byte[] buffer = new byte[1500];
        pair.Client.Start();
        while (pair.Client.TryTakeDatagram(buffer, out int length))
        {
            pair.Server.Receive(buffer.AsSpan(0, length));
            pair.Server.Receive(data);
        }

        pair.Pump();
        Assert.True(pair.IsConnected);
    }

    [Fact]
    public void NewClientHelloOnALiveAssociation_ChangesNothing()
    {
        using var pair = new DtlsPair(_factory.CreateServer(), new DtlsTestClient());
        pair.Pump();
        using var stranger = new DtlsTestClient();
        stranger.Start();
        byte[] buffer = new byte[1500];
        Assert.True(stranger.TryTakeDatagram(buffer, out int length));
        pair.Server.Receive(buffer.AsSpan(0, length));
        Assert.Equal(DtlsState.Connected, pair.Server.State);
        Assert.Equal(pair.Client.Certificate, pair.Server.PeerCertificate);
        pair.Client.Close();
        pair.Pump();
        Assert.Equal(DtlsState.Closed, pair.Server.State);
    }

    [Fact]
    public void EndlessHandshake_IsGivenUp()
    {
        using IDtlsEndpoint server = _factory.CreateServer();
        using var client = new DtlsTestClient(mtu: 256, alpnBytes: 1500);
        client.Start();
        byte[] buffer = new byte[1500];
        Assert.True(client.TryTakeDatagram(buffer, out int length));
        for (int count = 0; count < 1000; count++)
        {
            server.Receive(buffer.AsSpan(0, length));
        }

        Assert.Equal(DtlsState.Failed, server.State);
        Assert.Contains("too many", server.FailureReason, StringComparison.Ordinal);
    }

    private static SelfSignedCertificate CertificateOf(int bytes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=large", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("1.2.3.4", new byte[bytes], critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return new SelfSignedCertificate(certificate.RawData, key.ExportECPrivateKey());
    }
}
