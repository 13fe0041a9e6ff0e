using MediaGateway.WebRtc.Srtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Srtp;

public sealed class SrtpKeyDerivationTests
{
    private static readonly byte[] MasterKey = Convert.FromHexString("E1F97A0D3E018BE0D64FA32C06DE4139");
    private static readonly byte[] MasterSalt = Convert.FromHexString("0EC675AD498AFEEBB6960B3AABE6");

    // RFC 3711 B.3
    [Theory]
    [InlineData(0, "C61E7A93744F39EE10734AFE3FF7A087")]
    [InlineData(2, "30CBBC08863D8C85D49DB34A9AE1")]
    [InlineData(1, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2DC68")]
    public void MasterKeyOfTheRfc_GivesTheRfcsSessionKeys(int label, string expected)
    {
        byte[] output = new byte[expected.Length / 2];

        SrtpKeyDerivation.Derive(MasterKey, MasterSalt, (SrtpKeyLabel)label, output);

        Assert.Equal(expected, Convert.ToHexString(output));
    }
}
