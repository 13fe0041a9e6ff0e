namespace MediaGateway.Servers.Whip;

/// <summary>What a trickle fragment says of a peer's ICE (RFC 8840 9): the credentials in force at its first media section.</summary>
/// <param name="UsernameFragment">The peer's username fragment; null when it says none.</param>
/// <param name="Password">Its password; null when it says none.</param>
internal readonly record struct IceFragment(string? UsernameFragment, string? Password)
{
    private const int MaximumLines = 1000;
    private const string UfragPrefix = "a=ice-ufrag:";
    private const string PasswordPrefix = "a=ice-pwd:";

    /// <summary>Reads a fragment; its candidates are not needed, since an ICE-lite agent sends where checks come from.</summary>
    /// <param name="text">The fragment, or a whole session description.</param>
    /// <param name="fragment">What it says.</param>
    /// <returns>False when it is no fragment: a line is not of the form type=value, or there are too many.</returns>
    public static bool TryRead(string text, out IceFragment fragment)
    {
        fragment = default;
        int lines = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            if (++lines > MaximumLines || line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterLower(line[0]))
            {
                return false;
            }

            fragment = (line.StartsWith(UfragPrefix), line.StartsWith(PasswordPrefix)) switch
            {
                (true, _) => fragment with { UsernameFragment = fragment.UsernameFragment ?? line[UfragPrefix.Length..].Trim().ToString() },
                (_, true) => fragment with { Password = fragment.Password ?? line[PasswordPrefix.Length..].Trim().ToString() },
                _ => fragment,
            };
        }

        return lines > 0;
    }
}
