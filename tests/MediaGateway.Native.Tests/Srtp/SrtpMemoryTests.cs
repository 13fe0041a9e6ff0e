using MediaGateway.Native.Srtp;
using MediaGateway.WebRtc.Srtp;
using Xunit;

namespace MediaGateway.Native.Tests.Srtp;

[Collection(AloneCollection.Name)]
public sealed class SrtpMemoryTests
{
    [Theory]
    [InlineData(SrtpProfile.Aes128CmSha1With80BitTag)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    public void DisposedCiphers_LeaveNothingBehind(SrtpProfile profile)
    {
        var factory = new EvpSrtpCipherFactory();
        byte[] iv = new byte[profile == SrtpProfile.AeadAes128Gcm ? 12 : 16];
        void UseOne()
        {
            using ISrtpCipher cipher = factory.Create(profile, new byte[16], profile == SrtpProfile.AeadAes128Gcm ? [] : new byte[20]);
            cipher.Seal(iv, new byte[12], new byte[100], [], new byte[cipher.TagLength]);
        }

        NativeHeap.AssertFlat(UseOne, rounds: 500, allowedBytesPerRound: 100);
    }
}
