using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp3;
using MediaGateway.Media.Silence;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Silence;

/// <summary>The form of silent payloads; what decoders make of them is tested next to the decoders.</summary>
public sealed class SilentSoundTests
{
    private static readonly PlainAudioFormat Mp3 = new(CodecId.Mp3, 44_100, 2, 0x2F);
    private static readonly PlainAudioFormat Speex = new(CodecId.Speex, 16_000, 1, 0xB2);
    private static readonly PlainAudioFormat Pcma = new(CodecId.Pcma, 8000, 1, 0x72);
    private static readonly PlainAudioFormat Pcmu = new(CodecId.Pcmu, 8000, 1, 0x82);
    private static readonly PlainAudioFormat Nellymoser = new(CodecId.Nellymoser, 16_000, 1, 0x42);
    private static readonly AacFormat Aac = new(new byte[] { 0x11, 0x90 }, 48_000, 2);

    private readonly SilentSound _silence = new();

    [Theory]
    [InlineData(160)]
    [InlineData(1)]
    [InlineData(SilentSound.LongestPayload)]
    public void G711_HasTheSilentCodeInTheSameLength(int length)
    {
        Assert.True(_silence.TryGet(Pcma, new byte[length], out ReadOnlyMemory<byte> aLaw));
        Assert.True(_silence.TryGet(Pcmu, new byte[length], out ReadOnlyMemory<byte> muLaw));
        Assert.Equal(Enumerable.Repeat((byte)0xD5, length), aLaw.ToArray());
        Assert.Equal(Enumerable.Repeat((byte)0xFF, length), muLaw.ToArray());
    }

    [Fact]
    public void StereoAac_IsTheWellKnownFrame()
    {
        Assert.True(_silence.TryGet(Aac, [1, 2, 3], out ReadOnlyMemory<byte> silent));
        Assert.Equal(0x21, silent.Span[0]);
        Assert.Equal(6, silent.Length);
    }

    [Fact]
    public void RealMp3WithCheck_KeepsHeaderAndLengthAndHasARightCheck()
    {
        byte[] file = TestData.Read("audio", "mp3", "minimp3", "l3-hecommon.bit");
        int checks = 0;
        for (int place = 0; Mp3FrameHeader.TryRead(file.AsSpan(place), out Mp3FrameHeader header);)
        {
            ReadOnlySpan<byte> frame = file.AsSpan(place, Math.Min(header.FrameLength, file.Length - place));
            place += frame.Length;
            if (frame.Length < header.FrameLength)
            {
                break;
            }

            Assert.True(_silence.TryGet(Mp3, frame, out ReadOnlyMemory<byte> silent));
            Assert.Equal(frame.Length, silent.Length);
            Assert.Equal(frame[..3], silent.Span[..3]);
            Assert.Equal(frame[3] & 0xCF, silent.Span[3]);
            if (header.HasCheck)
            {
                checks++;
                Assert.Equal(Check(frame, header.SideInformation), (frame[4] << 8) | frame[5]);
                Assert.Equal(Check(silent.Span, header.SideInformation), (silent.Span[4] << 8) | silent.Span[5]);
            }

            Assert.Equal(-1, silent.Span[(header.HasCheck ? 6 : 4)..].IndexOfAnyExcept((byte)0));
        }

        Assert.InRange(checks, 20, 30);
    }

    [Fact]
    public void SeveralFramesInOnePayload_AreAllSilenced()
    {
        byte[] two = new byte[417 + 418];
        new byte[] { 0xFF, 0xFB, 0x90, 0x64, 1, 2, 3 }.CopyTo(two, 0);
        new byte[] { 0xFF, 0xFB, 0x92, 0x64, 1, 2, 3 }.CopyTo(two, 417);
        Assert.True(_silence.TryGet(Mp3, two, out ReadOnlyMemory<byte> silent));
        Assert.Equal(two.Length, silent.Length);
        Assert.Equal(new byte[] { 0xFF, 0xFB, 0x90, 0x44, 0 }, silent.Span[..5].ToArray());
        Assert.Equal(new byte[] { 0xFF, 0xFB, 0x92, 0x44, 0 }, silent.Span[417..422].ToArray());
    }

    [Fact]
    public void PublisherWhoMakesUpHeaders_DoesNotFillTheMemory()
    {
        byte[] frame = new byte[1500];
        int kinds = 0;
        for (int bits = 0; bits < 65_536; bits += 3)
        {
            frame[0] = 0xFF;
            frame[1] = 0xFB;
            frame[2] = (byte)(bits >> 8);
            frame[3] = (byte)bits;
            if (Mp3FrameHeader.TryRead(frame, out Mp3FrameHeader header) && header.FrameLength > 0)
            {
                kinds++;
                Assert.True(_silence.TryGet(Mp3, frame.AsSpan(0, header.FrameLength), out _));
                Assert.InRange(_silence.Mp3Payloads, 1, SilentMp3.MaximumPayloads);
            }
        }

        Assert.InRange(kinds, 10 * SilentMp3.MaximumPayloads, int.MaxValue);
    }

    [Fact]
    public void BrokenFramesAndOtherCodecs_HaveNoSilence()
    {
        Assert.False(_silence.TryGet(Mp3, [], out _));
        Assert.False(_silence.TryGet(Mp3, [0xFF, 0xFB, 0x90, 0x64, 0], out _));
        Assert.False(_silence.TryGet(Mp3, new byte[10_000], out _));
        Assert.False(_silence.TryGet(Speex, [0x7F], out _));
        Assert.False(_silence.TryGet(new OpusFormat(2), [], out _));
        Assert.False(_silence.TryGet(Pcma, new byte[SilentSound.LongestPayload + 1], out _));
        Assert.False(_silence.TryGet(new AacFormat(new byte[] { 0xB8, 0x90 }, 48_000, 2), [0], out _)); // low delay
        Assert.False(_silence.TryGet(new FlvTagFormat(CodecId.Adpcm, TrackKind.Audio, default), [0], out _));
        Assert.False(_silence.TryGet(new H264Format(default, 1, 1), [0], out _));
    }

    [Fact]
    public void AnyFrameAfterTheFirstOfItsKind_AllocatesNothing()
    {
        byte[] mp3 = new byte[417];
        new byte[] { 0xFF, 0xFB, 0x90, 0x64 }.CopyTo(mp3, 0);
        (TrackFormat Format, byte[] Payload)[] frames =
        [
            (Aac, [0x21, 0]), (Mp3, mp3), (Pcma, new byte[160]), (Pcmu, new byte[320]), (Speex, [0x1E, .. new byte[19]]),
            (Nellymoser, new byte[128]), (new OpusFormat(2), [0xFC, 1, 2]),
        ];
        foreach ((TrackFormat format, byte[] payload) in frames)
        {
            bool isSilent = false;
            Assert.Equal((format, 0), (format, Allocation.Of(1000, () => isSilent = _silence.TryGet(format, payload, out _))));
            Assert.True(isSilent);
        }
    }

    // ISO/IEC 11172-3 2.4.3.1 and annex B: over the last 16 bits of the header and the side information.
    private static int Check(ReadOnlySpan<byte> frame, int sideInformation)
    {
        int check = 0xFFFF;
        for (int index = 2; index < 6 + sideInformation; index++)
        {
            if (index is 4 or 5)
            {
                continue;
            }

            for (int bit = 7; bit >= 0; bit--)
            {
                bool isSet = (((check >> 15) ^ (frame[index] >> bit)) & 1) != 0;
                check = ((check << 1) & 0xFFFF) ^ (isSet ? 0x8005 : 0);
            }
        }

        return check;
    }
}
