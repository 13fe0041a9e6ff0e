using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using MediaGateway.Native.Srtp;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Benchmarks;

/// <summary>
/// One packet of 1200 bytes. A packet can be unprotected but once, and so both ends are measured together: what unprotecting takes is the
/// difference.
/// </summary>
public class SrtpBenchmarks
{
    private readonly byte[] _packet = new byte[Samples.PacketBytes + 32];
    private readonly byte[] _copy = new byte[Samples.PacketBytes + 32];
    private ushort _sequence;
    private SrtpContext _counterSender = null!;
    private SrtpContext _counterReceiver = null!;
    private SrtpContext _gcmSender = null!;
    private SrtpContext _gcmReceiver = null!;

    [GlobalSetup]
    public void Setup()
    {
        _counterSender = Open(SrtpProfile.Aes128CmSha1With80BitTag);
        _counterReceiver = Open(SrtpProfile.Aes128CmSha1With80BitTag);
        _gcmSender = Open(SrtpProfile.AeadAes128Gcm);
        _gcmReceiver = Open(SrtpProfile.AeadAes128Gcm);
        Samples.WriteRtp(_packet, 0, 0, marker: false, new byte[Samples.PacketBytes - 12]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _counterSender.Dispose();
        _counterReceiver.Dispose();
        _gcmSender.Dispose();
        _gcmReceiver.Dispose();
    }

    [Benchmark]
    public int ProtectCounterMode() => Protect(_counterSender);

    [Benchmark]
    public int ProtectGcm() => Protect(_gcmSender);

    [Benchmark]
    public int ProtectAndUnprotectCounterMode() => Unprotect(_counterReceiver, Protect(_counterSender));

    [Benchmark]
    public int ProtectAndUnprotectGcm() => Unprotect(_gcmReceiver, Protect(_gcmSender));

    private static SrtpContext Open(SrtpProfile profile) =>
        new(profile, new byte[SrtpKeyDerivation.KeyLength], new byte[SrtpKeyDerivation.SaltLength(profile)], new EvpSrtpCipherFactory());

    private int Protect(SrtpContext sender)
    {
        _packet.CopyTo(_copy, 0);
        BinaryPrimitives.WriteUInt16BigEndian(_copy.AsSpan(2), _sequence++);
        return sender.ProtectRtp(_copy, Samples.PacketBytes);
    }

    private int Unprotect(SrtpContext receiver, int length) => receiver.UnprotectRtp(_copy.AsSpan(0, length), out int plain) == SrtpResult.Accepted
        ? plain
        : throw new InvalidOperationException("A packet was refused.");
}
