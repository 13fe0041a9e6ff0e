using System.Collections.Frozen;
using System.Security.Cryptography;

namespace MediaGateway.Hooks;

/// <summary>What WCS-style hooks keep of one connection. Any thread; the rules are set once, before anything else is asked.</summary>
internal sealed class WcsConnection
{
    private const string LoginCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int LoginLength = 20;

    /// <summary>Field <c>login</c> of an RTMP connection: random, it only tells connections apart.</summary>
    public string Login { get; } = RandomNumberGenerator.GetString(LoginCharacters, LoginLength);

    /// <summary>Field <c>authToken</c> of connection events: random, it only tells connections apart.</summary>
    public string AuthToken { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>What the backend has said of each hook.</summary>
    public FrozenDictionary<string, WcsRule> Rules { get; set; } = FrozenDictionary<string, WcsRule>.Empty;

    /// <summary>What holds for a hook.</summary>
    public WcsRule RuleOf(string method) => Rules.GetValueOrDefault(method, WcsRule.Default);
}
