using System.Security.Cryptography;
using System.Text;

namespace MediaGateway.WebRtc.Ice;

/// <summary>Username fragment and password of one side (RFC 8445 5.3). The password authenticates checks: keep it off every log.</summary>
/// <param name="UsernameFragment">4 to 256 ice-chars (RFC 8839 5.4).</param>
/// <param name="Password">22 to 256 ice-chars.</param>
internal sealed record IceCredentials(string UsernameFragment, string Password)
{
    private const int MinimumFragmentLength = 4;
    private const int MinimumPasswordLength = 22;
    private const int MaximumLength = 256;

    /// <summary>72 random bits: a guess does not find a session, and two sessions never share a fragment.</summary>
    private const int OwnFragmentLength = 12;

    /// <summary>144 random bits; RFC 8445 5.3 asks for 128.</summary>
    private const int OwnPasswordLength = 24;

    private const string IceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>Makes fresh credentials.</summary>
    public static IceCredentials Generate(RandomNumberGenerator random) =>
        new(RandomText(random, OwnFragmentLength), RandomText(random, OwnPasswordLength));

    /// <summary>Whether both values have the length and the characters of RFC 8839 5.4.</summary>
    public static bool AreValid(string usernameFragment, string password) =>
        IsIceText(usernameFragment, MinimumFragmentLength) && IsIceText(password, MinimumPasswordLength);

    /// <summary>The password as the key of MESSAGE-INTEGRITY.</summary>
    public byte[] ToIntegrityKey() => Encoding.ASCII.GetBytes(Password);

    /// <summary>Says nothing of the password.</summary>
    public override string ToString() => $"ICE credentials of {UsernameFragment}";

    private static bool IsIceText(string text, int minimumLength) =>
        text.Length >= minimumLength && text.Length <= MaximumLength && text.All(IceChars.Contains);

    private static string RandomText(RandomNumberGenerator random, int length)
    {
        byte[] bytes = new byte[length];
        random.GetBytes(bytes);
        // 64 characters: the low six bits of a random byte choose without bias.
        return string.Create(length, bytes, static (text, bytes) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = IceChars[bytes[i] & 63];
            }
        });
    }
}
