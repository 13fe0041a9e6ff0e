using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Hooks;
using MediaGateway.Rtmp.Tunnel;
using MediaGateway.Servers.Hls;
using MediaGateway.Servers.Signaling;
using MediaGateway.Servers.Smil;
using MediaGateway.Servers.Whip;
using MediaGateway.Streams;
using MediaGateway.Vod;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using static MediaGateway.Fuzz.OracleException;

namespace MediaGateway.Fuzz.Targets;

/// <summary>What comes over HTTP: names, queries, JSON of pages and backends, tokens.</summary>
internal static class HostTargets
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly TokenReader Tokens = new(Options.Create(TokenSettings()), TimeProvider.System);

    private static readonly JsonHubProtocol Hub = new(Options.Create(new JsonHubProtocolOptions
    {
        PayloadSerializerOptions = new JsonSerializerOptions(JsonSerializerDefaults.Web),
    }));

    private static readonly byte[][] JsonWords =
        [.. Texts("{", "}", "[", "]", "\"", ":", ",", "null", "true", "1e999", "-0", "\"\\ud800\"", "\\u0000", "{\"a\":1,\"a\":2}", "9223372036854775808", "\u001e")];

    /// <summary>The targets.</summary>
    public static IEnumerable<FuzzTarget> All =>
    [
        new()
        {
            Name = "names",
            IsBrief = true,
            Parser = "`StreamKey`, `VodName`",
            Oracle = "a name that is taken is itself again, and as a path stays below its folder",
            Seeds = () => Texts("live/stream", "live/a.b_c~d-e", "vod/mp4:films/one.mp4", "_definst_/mp4:a", "../../etc/passwd", "live/..", "a/b/c/d", "C:\\x", "a\0b", "live/\u2215x"),
            Words = [.. Texts("..", "/", "%2e", "\0", "\\", "mp4:", "flv:", ":", "_definst_", ".", " ", "\u2215", "\r\n")],
            MaximumBytes = 1024,
            Parse = bytes => ReadNames(Text(bytes)),
            Verify = VerifyNames,
        },
        new()
        {
            Name = "http-addresses",
            Parser = "`RtmptRequest`, `HlsFileAddress`, `HlsQuery`, `PageParameters`",
            Oracle = "written in their own form they read the same; numbers are not negative; parameters stay in their bounds",
            Seeds = () => Texts(
                "/send/abcDEF123/42", "/idle/x/0", "/close/x/2147483647", "/open/1", "/fcs/ident2", "films/one.mp4/secret/init3.mp4", "a/s/12.m4s", "a/index.m3u8",
                "?_HLS_msn=12&_HLS_part=3&_HLS_skip=YES", "?_HLS_msn=-1", "?a=b&c=%41+d&&=&e"),
            Words = [.. Texts("_HLS_msn=", "_HLS_part=", "&", "=", "%", "%zz", "+", "/", "-1", "99999999999999999999", ".m4s", ".ts", "init", "/send/")],
            MaximumBytes = 1024,
            Parse = bytes => ReadAddresses(Text(bytes)),
            Verify = VerifyAddresses,
        },
        new()
        {
            Name = "checked-json",
            IsBrief = true,
            Parser = "`CheckedJson`, `WcsRule`, `TokenClaims`: what backends answer",
            Oracle = "what is taken can be walked to the end without an exception, and written and read again",
            Seeds = () => Texts(
                "{\"code\":0,\"data\":{\"a\":[1,2.5,null,true]}}", "0", "{\"restClientConfig\":{\"publishStream\":{\"restPolicy\":\"OVERWRITE\",\"restOnError\":\"LOG\",\"restOverwrite\":\"a, b\",\"restExclude\":\"c\"}}}",
                "{\"exp\":1.5e9,\"nbf\":0,\"stream\":[\"a\"],\"publish\":true}", "\"\\u00e9\\ud83d\\ude00\""),
            Words = JsonWords,
            MaximumBytes = 4096,
            AllocationConstant = 256 * 1024,
            Parse = bytes => ReadJson(bytes),
            Verify = VerifyJson,
        },
        new()
        {
            Name = "api-json",
            IsBrief = true,
            Parser = "`ApiJsonContext`: the bodies of REST calls",
            Oracle = "a body that is taken, written and read again is the same",
            Seeds = () => Texts(
                "{\"stream\":\"live/a\",\"url\":\"rtmp://h/live/k\"}", "{\"streamName\":\"a\",\"rtmpUrl\":\"rtmp://h/live\",\"rtmpTransponderFullUrl\":true,\"mediaSessionId\":\"x\"}",
                "{\"appKey\":\"a\",\"sessionId\":\"b\",\"clientVersion\":\"c\"}", "{\"mediaSessionId\":\"x\",\"status\":\"PLAYING\"}", "{}", "null", "[]"),
            Words = JsonWords,
            MaximumBytes = 4096,
            // The body is read as five types, each of which may end in an exception with words and a stack.
            AllocationConstant = 512 * 1024,
            Parse = bytes => ReadBodies(bytes, false),
            Verify = bytes => ReadBodies(bytes, true),
        },
        new()
        {
            Name = "hub-messages",
            Parser = "the hub's JSON protocol with the records of `SignalingHub`",
            Oracle = "nothing but what its connection ends in; no more messages than marks of their ends",
            Seeds = () => Texts(
                "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Publish\",\"arguments\":[{\"streamName\":\"a\",\"sdp\":\"v=0\",\"parameters\":{\"x\":\"y\"},\"record\":true}]}\u001e",
                "{\"type\":1,\"target\":\"SendData\",\"arguments\":[{\"mediaSessionId\":\"x\",\"payload\":{\"a\":[1]}}]}\u001e{\"type\":6}\u001e", "{\"protocol\":\"json\",\"version\":1}\u001e"),
            Words = [.. JsonWords, .. Texts("\"type\":", "\"arguments\":[", "\"target\":\"Play\"")],
            MaximumBytes = 4096,
            // Each message that does not fit its method costs an exception.
            AllocationConstant = 8 * 1024 * 1024,
            Parse = bytes => ReadHub(bytes),
            Verify = bytes => Require(ReadHub(bytes) <= bytes.Count(value => value == 0x1E), "there are more messages than ends of messages"),
        },
        new()
        {
            Name = "page-data",
            IsBrief = true,
            Parser = "`DataText`: data of pages and encoders inside a stream",
            Oracle = "what is read, written and read again is the same",
            Seeds = () => [DataText.Write("{\"a\":[1,\"x\"]}").ToArray(), DataText.Write("not json").ToArray()],
            Words = JsonWords,
            MaximumBytes = 4096,
            AllocationConstant = 256 * 1024,
            Parse = bytes => DataText.TryRead(bytes, out _),
            Verify = VerifyData,
        },
        new()
        {
            Name = "tokens",
            IsBrief = true,
            Parser = "`TokenReader`",
            Oracle = "only a token whose signature a second HMAC finds right is taken",
            Seeds = () => [Token("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"exp\":99999999999}"), Token("{\"alg\":\"none\"}", "{}"), Token("{\"alg\":\"HS256\"}", "{\"exp\":1,\"nbf\":2}")],
            MaximumBytes = 2048,
            Parse = bytes => Tokens.Check(Text(bytes), out _),
            Verify = VerifyToken,
        },
        new()
        {
            Name = "whip-body",
            Parser = "`WhipBody`",
            Oracle = "the text is what strict UTF-8 makes of the bytes; too long or broken ones are refused",
            Seeds = () => [.. SdpTargets.Offers(), [0xC3, 0x28], new byte[10]],
            MaximumBytes = 128 * 1024,
            AllocationConstant = 512 * 1024,
            Parse = bytes => ReadBody(bytes),
            Verify = VerifyBody,
        },
        new()
        {
            Name = "smil",
            IsBrief = true,
            Parser = "`SetManifest`",
            Oracle = "a manifest of what was read, written with `SmilManifest`, reads the same",
            Seeds = () => Texts(
                "<smil><head><meta base=\"rtmp://h/a\"/></head><body><switch><video src=\"mp4:a_720p\" system-bitrate=\"1500000\" width=\"1280\"/><video src=\"b\"/></switch></body></smil>",
                "<?xml version=\"1.0\"?><smil><body><video src=\"a&amp;b\" system-bitrate=\"-1\"/></body></smil>", "<!DOCTYPE smil [<!ENTITY x \"y\">]><smil><body>&x;</body></smil>"),
            Words = [.. Texts("<switch>", "</switch>", "<video src=\"x\"/>", "&#0;", "&amp;", "<![CDATA[", "]]>", "xmlns:a=\"b\"", "<!--", "system-bitrate=\"99999999999999999999\"")],
            MaximumBytes = 4096,
            AllocationConstant = 256 * 1024,
            Parse = bytes => SetManifest.Read(bytes),
            Verify = VerifyManifest,
        },
    ];

    /// <summary>Bytes as the text that a server makes of them.</summary>
    public static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);

    private static TokenOptions TokenSettings()
    {
        var options = new TokenOptions();
        options.Secrets.Add(Secret);
        return options;
    }

    private static void ReadNames(string text)
    {
        StreamKey.TryParse(text, out _, out _);
        StreamKey.TryCreateFile("vod", text, out _, out _);
        VodName.TryParse(text, out _, out _);
    }

    private static void VerifyNames(byte[] bytes)
    {
        string text = Text(bytes);
        if (StreamKey.TryParse(text, out StreamKey key, out string? refusal))
        {
            RequireEqual(text, key.ToString(), "the key");
            RequireInside(key.ToString());
        }
        else
        {
            Require(!string.IsNullOrWhiteSpace(refusal) && (text.Length < 12 || !refusal.Contains(text, StringComparison.Ordinal)), "a refusal has no words, or repeats the name");
        }

        if (StreamKey.TryCreateFile("vod", text, out StreamKey file, out _))
        {
            RequireInside(file.Name);
        }

        if (VodName.TryParse(text, out VodName? name, out _))
        {
            foreach (string candidate in name.Candidates)
            {
                RequireInside(candidate);
            }

            Require(VodName.TryParse(name.Path, out VodName? again, out _), "the path of a name is none");
            RequireEqual(name.Path, again.Path, "the path of a name");
        }
    }

    private static void RequireInside(string path)
    {
        const string Root = "/srv/media/";
        string full = Path.GetFullPath(Path.Combine(Root, path));
        Require(full.StartsWith(Root, StringComparison.Ordinal) && full.Length > Root.Length && !full.Contains('\0', StringComparison.Ordinal), $"a name leads to {full}");
    }

    private static void ReadAddresses(string text)
    {
        RtmptRequest.TryParse(text, out _);
        HlsFileAddress.Parse(text);
        if (QueryOf(text) is { } request)
        {
            HlsQuery.TryRead(request, out _);
            PageParameters.Read(request.QueryString);
        }
    }

    private static HttpRequest? QueryOf(string text)
    {
        if (!text.StartsWith('?'))
        {
            return null;
        }

        HttpRequest request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(text);
        return request;
    }

    private static void VerifyAddresses(byte[] bytes)
    {
        string text = Text(bytes);
        if (RtmptRequest.TryParse(text, out RtmptRequest request) && request.Kind is RtmptRequestKind.Send or RtmptRequestKind.Idle or RtmptRequestKind.Close)
        {
            Require(request.Sequence >= 0 && request.SessionId.Length is > 0 and <= 64 && !request.SessionId.Contains('/', StringComparison.Ordinal), $"{request}");
            string written = $"/{request.Kind.ToString().ToLowerInvariant()}/{request.SessionId}/{request.Sequence}";
            Require(RtmptRequest.TryParse(written, out RtmptRequest again) && again == request, $"{written} reads otherwise");
        }

        if (HlsFileAddress.Parse(text) is { } address)
        {
            Require(address.Number >= 0, "a number is negative");
            RequireInside(address.Name.Path);
        }

        if (QueryOf(text) is { } query)
        {
            Require(!HlsQuery.TryRead(query, out HlsQuery directives) || (directives.Segment ?? 0) >= 0 && (directives.Part ?? 0) >= 0, "a number is negative");
            Require(PageParameters.Read(query.QueryString) is not { } parameters || parameters.Count <= PageParameters.Maximum, "there are too many parameters");
        }
    }

    private static bool ReadJson(byte[] bytes)
    {
        if (!CheckedJson.TryParse(bytes, HookLimits.AnswerDepth, out JsonElement json))
        {
            return false;
        }

        if (json.ValueKind == JsonValueKind.Object)
        {
            WcsRule.ReadAll(json);
            var claims = new TokenClaims(json);
            _ = claims.HasReadableTimes && (claims.Expiry > claims.NotBefore);
        }

        return true;
    }

    private static void VerifyJson(byte[] bytes)
    {
        if (!ReadJson(bytes) || !CheckedJson.TryParse(bytes, HookLimits.AnswerDepth, out JsonElement json))
        {
            return;
        }

        Require(Walk(json) <= bytes.Length, "there are more values than bytes");
        byte[] written = JsonSerializer.SerializeToUtf8Bytes(json);
        Require(CheckedJson.TryParse(written, HookLimits.AnswerDepth, out JsonElement again), "what was written is not read");
        RequireSame(written, JsonSerializer.SerializeToUtf8Bytes(again), "what was written twice");
    }

    private static int Walk(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => 1 + json.EnumerateObject().Sum(property => (property.Name.Length * 0) + Walk(property.Value)),
        JsonValueKind.Array => 1 + json.EnumerateArray().Sum(Walk),
        JsonValueKind.String => 1 + (json.GetString()!.Length * 0),
        _ => 1,
    };

    private static void ReadBodies(byte[] bytes, bool verifies)
    {
        ReadBody(bytes, ApiJsonContext.Default.PushRequest, verifies);
        ReadBody(bytes, ApiJsonContext.Default.WcsPushRequest, verifies);
        ReadBody(bytes, ApiJsonContext.Default.WcsStreamFilter, verifies);
        ReadBody(bytes, ApiJsonContext.Default.WcsConnectionFilter, verifies);
        ReadBody(bytes, ApiJsonContext.Default.NodeChange, verifies);
    }

    private static void ReadBody<T>(byte[] bytes, JsonTypeInfo<T> type, bool verifies)
        where T : class
    {
        T? body;
        try
        {
            body = JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            return;
        }

        if (verifies && body is not null)
        {
            byte[] written = JsonSerializer.SerializeToUtf8Bytes(body, type);
            RequireEqual(body.ToString(), JsonSerializer.Deserialize(written, type)?.ToString(), "a body written and read again");
        }
    }

    private static int ReadHub(byte[] bytes)
    {
        int messages = 0;
        var input = new ReadOnlySequence<byte>(bytes);
        try
        {
            while (Hub.TryParseMessage(ref input, Binder.Instance, out HubMessage? message))
            {
                Require(message is not null, "a message is missing");
                messages++;
                if (message is InvocationBindingFailureMessage failure)
                {
                    _ = failure.BindingFailure.SourceException.Message;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or InvalidOperationException or FormatException)
        {
            // What the connection ends in: the protocol's own, and the reader's words for texts that are not Unicode and numbers that are none.
        }

        return messages;
    }

    private static void VerifyData(byte[] bytes)
    {
        if (DataText.TryRead(bytes, out JsonElement payload))
        {
            ReadOnlyMemory<byte> written = DataText.Write(payload.GetRawText());
            Require(DataText.TryRead(written.Span, out JsonElement again), "what was written is not read");
            RequireEqual(payload.GetRawText(), again.GetRawText(), "the data");
        }
    }

    private static byte[] Token(string header, string payload)
    {
        string signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        return Encoding.ASCII.GetBytes($"{signed}.{Encode(Sign(signed))}");
    }

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[] Sign(string signed) =>
        System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed));

    private static void VerifyToken(byte[] bytes)
    {
        string text = Text(bytes);
        string? fault = Tokens.Check(text, out _);
        int dot = text.LastIndexOf('.');
        bool isSigned = dot > 0 && text[(dot + 1)..] == Encode(Sign(text[..dot]));
        Require(isSigned || fault == TokenReader.NotValid, "a token that nobody signed is taken");
        Require(fault is null || !fault.Contains(text, StringComparison.Ordinal) || text.Length < 8, "a refusal repeats the token");
    }

    private static (string? Text, IResult? Refusal) ReadBody(byte[] bytes)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(bytes);

        // Everything is there: it ends at once.
        return new WhipBody(TimeProvider.System).ReadAsync(context).GetAwaiter().GetResult();
    }

    private static void VerifyBody(byte[] bytes)
    {
        (string? text, IResult? refusal) = ReadBody(bytes);
        bool isTaken = bytes.Length <= WhipLimits.BodyBytes && System.Text.Unicode.Utf8.IsValid(bytes);
        RequireEqual((isTaken, !isTaken), (text is not null, refusal is not null), "whether the body is taken");
        if (isTaken)
        {
            RequireSame(bytes, Encoding.UTF8.GetBytes(text!), "the body");
        }
    }

    private static void VerifyManifest(byte[] bytes)
    {
        if (SetManifest.Read(bytes) is not { } levels)
        {
            return;
        }

        Require(levels.Count <= SetManifest.MaximumLevels && levels.All(level => level.BitsPerSecond >= 0), "there are too many levels, or a rate is negative");
        if (levels.Any(level => !level.Source.All(XmlConvert.IsXmlChar)))
        {
            return;
        }

        string written = SmilManifest.Write("rtmp://h/a", levels.Select(level => new SmilLevel(level.Source, level.BitsPerSecond, 0, 0)));
        IReadOnlyList<(string Source, long BitsPerSecond)>? again = SetManifest.Read(Encoding.UTF8.GetBytes(written));
        RequireEqual(Describe(levels), again is null ? null : Describe(again), "the levels written and read again");
    }

    // An attribute's line ends and tabs are blanks to a reader (XML 1.0 3.3.3).
    private static string Describe(IEnumerable<(string Source, long BitsPerSecond)> levels) =>
        string.Join('|', levels.Select(level => $"{level.Source.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ')} {level.BitsPerSecond}"));

    /// <summary>Tells the protocol what the hub's methods take.</summary>
    private sealed class Binder : IInvocationBinder
    {
        public static Binder Instance { get; } = new();

        public Type GetReturnType(string invocationId) => typeof(object);

        public IReadOnlyList<Type> GetParameterTypes(string methodName) => methodName switch
        {
            "Publish" => [typeof(PublishRequest)],
            "Play" => [typeof(PlayRequest)],
            "SendData" => [typeof(DataRequest)],
            _ => throw new HubException("There is no such method."),
        };

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
