using System.Reflection;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Configuration;

public class GatewayOptionsTests
{
    [Theory]
    [InlineData("Http:Port", "70000", "Http:Port must be between 0 and 65535.")]
    [InlineData("Http:Port", "abc", "Failed to convert configuration value 'abc' at 'Http:Port' to type 'System.Int32'.")]
    [InlineData("Http:MaximumConnections", "0", "Http:MaximumConnections must be between 1 and 1000000.")]
    [InlineData("Http:BindAddress", "localhost", "Http:BindAddress: 'localhost' is neither an IP address nor *.")]
    [InlineData("Http:BindAddress", "", "Http:BindAddress: '' is neither an IP address nor *.")]
    [InlineData("Http:AllowedOrigins:0", "example.org", "Http:AllowedOrigins: 'example.org' is not an origin such as https://example.org.")]
    [InlineData("Http:AllowedOrigins:0", "https://a.org/x", "Http:AllowedOrigins: 'https://a.org/x' is not an origin")]
    [InlineData("Rtmp:Port", "-1", "Rtmp:Port must be between 0 and 65535.")]
    [InlineData("Rtmp:Port", "8080", "Rtmp:Port must not be the same as Http:Port (8080).")]
    [InlineData("Rtmp:BindAddress", "1.2.3", null)]
    [InlineData("Rtmp:BindAddress", "x", "Rtmp:BindAddress: 'x' is neither an IP address nor *.")]
    [InlineData("Rtmp:ChunkSizeBytes", "127", "Rtmp:ChunkSizeBytes must be between 128 and 65536.")]
    [InlineData("Rtmp:WindowAcknowledgementBytes", "0", "Rtmp:WindowAcknowledgementBytes must be between 10000 and 1000000000.")]
    [InlineData("Rtmp:MaximumMessageBytes", "0", "Rtmp:MaximumMessageBytes must be between 65536 and 67108864.")]
    [InlineData("Rtmp:MaximumConnections", "0", "Rtmp:MaximumConnections must be between 1 and 1000000.")]
    [InlineData("Rtmp:HandshakeTimeout", "00:00:00", "Rtmp:HandshakeTimeout must be between 00:00:01 and 00:05:00.")]
    [InlineData("Rtmp:SlowViewerTimeout", "1.00:00:00", "Rtmp:SlowViewerTimeout must be between 00:00:01 and 00:10:00.")]
    [InlineData("Rtmp:ViewerQueueBytes", "1000", "Rtmp:ViewerQueueBytes must be between 262144 and 1073741824.")]
    [InlineData("Rtmp:ViewerQueueBytes", "300000", "Rtmp:ViewerQueueBytes must be at least Rtmp:MaximumMessageBytes")]
    [InlineData("Rtmp:OutgoingBufferBytes", "1", "Rtmp:OutgoingBufferBytes must be between 4096 and 67108864.")]
    [InlineData("Rtmp:SendVideoFirst", "7", "Rtmp:SendVideoFirst must be Off, On or Strict.")]
    [InlineData("Rtmp:SendVideoFirst", "strict", null)]
    [InlineData("Rtmp:WaitForPublisher", "01:00:00", "Rtmp:WaitForPublisher must be between 00:00:00 and 00:10:00.")]
    [InlineData("Rtmp:PublisherTimeout", "00:00:00", "Rtmp:PublisherTimeout must be between 00:00:01 and 00:10:00.")]
    [InlineData("Rtmp:Redirect", "http://a/", "Rtmp:Redirect: a redirect is an address such as rtmp://other.example.org/live")]
    [InlineData("Rtmp:Redirect", "rtmps://a:1936", null)]
    [InlineData("Applications:live:AudioCodec", "vorbis", "Applications:live:AudioCodec must be aac, pcma, pcmu, speex, mp3 or opus.")]
    [InlineData("Applications:live:AudioCodec", "Speex", null)]
    [InlineData("Applications:live:Redirect", "rtmp:x", "Applications:live:Redirect: a redirect is an address")]
    [InlineData("Applications:a b:PlaybackEnabled", "false", "Applications:a b: Application name may contain only")]
    [InlineData("Applications:live:Codec", "aac", "Applications:live:Codec is not a setting (AudioCodec, PlaybackEnabled, Record, Redirect, Ladder).")]
    [InlineData("Applications:live:Ladder", "high", "Applications:live:Ladder: there is no ladder 'high' (standard).")]
    [InlineData("Applications:live:Ladder", "standard", null)]
    [InlineData("Applications:live:Ladder", "", null)]
    [InlineData("Ladder:Default", "high", "Ladder:Default: there is no ladder 'high' (standard).")]
    [InlineData("Ladder:Preset", "slow", "Ladder:Preset must be ultrafast, superfast, veryfast or faster.")]
    [InlineData("Ladder:MaximumConvertedPixelsPerSecond", "-1", "Ladder:MaximumConvertedPixelsPerSecond must be between 0 and 100000000000.")]
    [InlineData("Ladder:Linger", "01:00:00", "Ladder:Linger must be between 00:00:00 and 00:10:00.")]
    [InlineData("Ladder:Ladders:a:source:Height", "720", "Ladder:Ladders:a:source: a level's name is 1 to 16 letters")]
    [InlineData("Ladder:Ladders:a:7_0p:Height", "720", "Ladder:Ladders:a:7_0p: a level's name is 1 to 16 letters")]
    [InlineData("Ladder:Ladders:a:720p:Height", "721", "Ladder:Ladders:a:720p:Height must be even and between 64 and 2160.")]
    [InlineData("Ladder:Ladders:a:720p:Height", "720", "Ladder:Ladders:a:720p:BitsPerSecond must be between 50000 and 100000000.")]
    [InlineData("Ladder:Ladders:a:720p:Width", "1280", "Ladder:Ladders:a:720p:Height must be even")]
    [InlineData("Whip:RequestsPerSecond", "0", "Whip:RequestsPerSecond must be between 1 and 10000.")]
    [InlineData("Whip:RequestBurst", "5", "Whip:RequestBurst must be at least Whip:RequestsPerSecond.")]
    [InlineData("Whip:PublicUrl", "example.org", "Whip:PublicUrl must be an address such as https://media.example.org, without a query.")]
    [InlineData("Whip:AllowedOrigins:0", "example.org", "Whip:AllowedOrigins: 'example.org' is not an origin such as https://example.org.")]
    [InlineData("WebRtc:BindAddress", "x", "WebRtc:BindAddress: 'x' is neither an IP address nor *.")]
    [InlineData("WebRtc:Port", "65536", "WebRtc:Port must be between 0 and 65535.")]
    [InlineData("WebRtc:AdvertisedAddresses:0", "my host", "WebRtc:AdvertisedAddresses: 'my host' is neither an IP address that a browser can reach nor a host name.")]
    [InlineData("WebRtc:AdvertisedAddresses:0", "0.0.0.0", "WebRtc:AdvertisedAddresses: '0.0.0.0' is neither an IP address that a browser can reach nor a host name.")]
    [InlineData("MEDIAGATEWAY_PUBLIC_ADDRESS", "::", "WebRtc:AdvertisedAddresses: '::' is neither an IP address that a browser can reach nor a host name.")]
    [InlineData("WebRtc:AdvertisedAddresses:0", "gateway.example.org", null)]
    [InlineData("WebRtc:StunServer", "stun example", "WebRtc:StunServer: 'stun example' is not an address such as stun.example.org:3478.")]
    [InlineData("WebRtc:StunServer", "stun:[2001:db8::1]:3479", null)]
    [InlineData("WebRtc:Port", "8443", "WebRtc:Port must not be the same as Http:TlsPort (8443).")]
    [InlineData("WebRtc:MaximumBitrate", "1", "WebRtc:MaximumBitrate must be between 100000 and 100000000.")]
    [InlineData("WebRtc:StartBitrate", "-1", "WebRtc:StartBitrate must be between 0 and 100000000.")]
    [InlineData("WebRtc:StartBitrate", "5000000", "WebRtc:StartBitrate must not exceed WebRtc:MaximumBitrate.")]
    [InlineData("WebRtc:ConsentTimeout", "00:00:01", "WebRtc:ConsentTimeout must be between 00:00:05 and 00:05:00.")]
    [InlineData("WebRtc:ConnectTimeout", "00:00:01", "WebRtc:ConnectTimeout must be between 00:00:02 and 00:05:00.")]
    [InlineData("WebRtc:MaximumSessions", "0", "WebRtc:MaximumSessions must be between 1 and 100000.")]
    [InlineData("Streams:DefaultApplication", "a/b", "Streams:DefaultApplication: Application name may contain only")]
    [InlineData("Streams:MaximumStreams", "0", "Streams:MaximumStreams must be between 1 and 100000.")]
    [InlineData("Streams:CacheDuration", "00:02:00", "Streams:CacheDuration must be between 00:00:01 and 00:01:00.")]
    [InlineData("Streams:CacheDuration", "00:00:02", "Streams:KeyframeInterval must be shorter than Streams:CacheDuration")]
    [InlineData("Streams:CacheBytes", "1", "Streams:CacheBytes must be between 65536 and 1073741824.")]
    [InlineData("Streams:KeyframeInterval", "00:00:00", "Streams:KeyframeInterval must be between 00:00:00.5")]
    [InlineData("Streams:EncoderCacheDuration", "00:02:00", "Streams:EncoderCacheDuration must be between 00:00:01 and 00:01:00.")]
    [InlineData("Streams:TakeOver", "oldest", "Streams:TakeOver must be refuse or newest-wins.")]
    [InlineData("Streams:TakeOver", "newest-wins", null)]
    [InlineData("Streams:ReconnectGrace", "00:06:00", "Streams:ReconnectGrace must be between 00:00:00 and 00:05:00.")]
    [InlineData("Audio:Bitrate", "1", "Audio:Bitrate must be between 32000 and 320000.")]
    [InlineData("Audio:Coder", "slow", "Audio:Coder must be twoloop or fast.")]
    [InlineData("Audio:Linger", "01:00:00", "Audio:Linger must be between 00:00:00 and 00:10:00.")]
    [InlineData("Audio:Workers", "-1", "Audio:Workers must be between 0 and 256.")]
    [InlineData("Http:TlsPort", "65536", "Http:TlsPort must be between 0 and 65535.")]
    [InlineData("Http:TlsPort", "8080", "Http:TlsPort must not be the same as Http:Port (8080).")]
    [InlineData("Rtmp:TlsPort", "8443", "Rtmp:TlsPort must not be the same as Http:TlsPort (8443).")]
    [InlineData("IceServers:Urls:0", "stun.example.org", "IceServers:Urls: 'stun.example.org' is not an address such as stun:host:3478")]
    [InlineData("IceServers:Urls:0", "stun:stun.example.org?transport=udp", "IceServers:Urls: 'stun:stun.example.org?transport=udp' is not an address")]
    [InlineData("IceServers:Urls:0", "stun:stun.example.org", null)]
    [InlineData("IceServers:Urls:0", "turn:[2001:db8::1]:3478", "IceServers:SharedSecret, or IceServers:Username and IceServers:Credential, must be set")]
    [InlineData("IceServers:CredentialLifetime", "00:00:01", "IceServers:CredentialLifetime must be between 00:01:00 and 7.00:00:00.")]
    [InlineData("IceServers:Secret", "x", "IceServers:Secret is not a setting")]
    [InlineData("Rtmp:TlsPort", "65536", "Rtmp:TlsPort must be between 0 and 65535.")]
    [InlineData("Rtmp:TlsPort", "1935", "Rtmp:TlsPort must not be the same as Rtmp:Port (1935).")]
    [InlineData("Rtmp:TunnelPort", "8080", "Rtmp:TunnelPort must not be the same as Http:Port (8080).")]
    [InlineData("Rtmp:TunnelTlsPort", "1936", "Rtmp:TunnelTlsPort must not be the same as Rtmp:TlsPort (1936).")]
    [InlineData("Rtmp:TunnelTlsPort", "", null)]
    [InlineData("Tls:CertificatePath", "/nowhere/a.pem", "Tls:CertificatePath: '/nowhere/a.pem' cannot be used: Could not find a part of the path")]
    [InlineData("Tls:CertificatePath", "/dev/null", "Tls:CertificatePath: '/dev/null' cannot be used: ")]
    [InlineData("Tls:KeyPath", "/nowhere/a.key", "Tls:KeyPath is set, but Tls:CertificatePath is not.")]
    [InlineData("Tls:HandshakeTimeout", "00:00:00", "Tls:HandshakeTimeout must be between 00:00:01 and 00:01:00.")]
    [InlineData("Tls:DataFolder", "", "Tls:DataFolder must be a string")]
    [InlineData("Tls:Certificate", "x", "Tls:Certificate is not a setting")]
    [InlineData("Recording:Format", "mkv", "Recording:Format must be mp4 or flv.")]
    [InlineData("Recording:NameTemplate", "../{name}", "Recording:NameTemplate: Each folder and the name may contain only")]
    [InlineData("Recording:NameTemplate", "{host}", "Recording:NameTemplate: {host} is none of")]
    [InlineData("Recording:Application", "a/b", "Recording:Application: Application name may contain only")]
    [InlineData("Recording:FlushInterval", "00:00:02", "Recording:FlushInterval must be between 00:00:00.1")]
    [InlineData("Recording:QueueBytes", "16777217", "Recording:QueueBytes must be between 1048576 and 16777216.")]
    [InlineData("Push:MaximumPushes", "-1", "Push:MaximumPushes must be between 0 and 10000.")]
    [InlineData("Push:QueueDuration", "00:00:00", "Push:QueueDuration must be between 00:00:00.5")]
    [InlineData("Push:QueueBytes", "1", "Push:QueueBytes must be between 262144 and 1073741824.")]
    [InlineData("Push:ConnectTimeout", "00:00:00", "Push:ConnectTimeout must be between 00:00:01 and 00:01:00.")]
    [InlineData("Push:StallTimeout", "00:00:00", "Push:StallTimeout must be between 00:00:01 and 00:10:00.")]
    [InlineData("Push:MaximumRetryDelay", "00:00:00", "Push:MaximumRetryDelay must be between 00:00:01 and 00:10:00.")]
    [InlineData("Push:AllowedHosts:0", "a b", "Push:AllowedHosts: 'a b' is neither a host name nor an IP address nor a network")]
    [InlineData("Push:CertificateAuthorityFile", "/nowhere.pem", "Push:CertificateAuthorityFile: '/nowhere.pem' is not a PEM file with certificates.")]
    [InlineData("Push:CertificateAuthorityFile", "/dev/null", "Push:CertificateAuthorityFile: '/dev/null' is not a PEM file with certificates.")]
    [InlineData("Push:Targets:0:Stream", "a", "Push:Targets:0: Stream must have the form application/name")]
    [InlineData("Push:Hosts", "x", "Push:Hosts is not a setting")]
    [InlineData("Relay:Nodes:0:Address", "edge1", "Relay:Nodes:0:Address must be an address such as rtmp://edge1.example.org, with rtmp or rtmps.")]
    [InlineData("Relay:Nodes:0:Address", "rtmp://user:secret@edge1", "Relay:Nodes:0:Address must be an address")]
    [InlineData("Relay:Nodes:0:Address", "rtmps://edge1:1936/live", null)]
    [InlineData("Relay:Nodes:0:Host", "edge1", "Relay:Nodes:0:Host is not a setting (Address, HttpAddress, Weight, Drain).")]
    [InlineData("Relay:Origins:0:Url", "http://origin", "Relay:Origins:0:Url: The address must begin with rtmp:// or rtmps://.")]
    [InlineData("Relay:Origins:0:Url", "rtmp://user:secret@origin?token=x", null)]
    [InlineData("Relay:Origins:0:Application", "a b", "Relay:Origins:0:Application: Application name may contain only")]
    [InlineData("Relay:Origins:0:Uri", "rtmp://a", "Relay:Origins:0:Uri is not a setting (Application, Url).")]
    [InlineData("Relay:Patience", "00:02:00", "Relay:Patience must be between 00:00:01 and 00:01:00.")]
    [InlineData("Relay:IdleTime", "00:11:00", "Relay:IdleTime must be between 00:00:00 and 00:10:00.")]
    [InlineData("Relay:StallTimeout", "00:00:00", "Relay:StallTimeout must be between 00:00:01 and 00:10:00.")]
    [InlineData("Relay:MaximumPulls", "-1", "Relay:MaximumPulls must be between 0 and 10000.")]
    [InlineData("Relay:Edges", "x", "Relay:Edges is not a setting")]
    [InlineData("Metrics:LabelledStreams", "-1", "Metrics:LabelledStreams must be between 0 and 2000.")]
    [InlineData("Metrics:OtlpEndpoint", "collector:4317", "Metrics:OtlpEndpoint must be an address such as http://127.0.0.1:4317")]
    [InlineData("Metrics:OtlpTransport", "7", "Metrics:OtlpTransport must be Grpc or Http.")]
    [InlineData("Metrics:OtlpInterval", "00:00:00", "Metrics:OtlpInterval must be between 00:00:01")]
    [InlineData("Snapshots:LiveList", "9", "Snapshots:LiveList must be Off, Open or Always.")]
    [InlineData("Snapshots:Lifetime", "00:00:00", "Snapshots:Lifetime must be between 00:00:00.5")]
    [InlineData("Snapshots:Patience", "00:01:00", "Snapshots:Patience must be between 00:00:00.1")]
    [InlineData("Snapshots:ListWidth", "1", "Snapshots:ListWidth must be between 64 and 4096.")]
    [InlineData("Snapshots:MaximumConcurrent", "0", "Snapshots:MaximumConcurrent must be between 1 and 64.")]
    [InlineData("Snapshots:Public", "x", "Snapshots:Public is not a setting")]
    [InlineData("Api:Key", "short", "Api:Key must have at least 16 characters.")]
    [InlineData("Api:Key", "with a blank inside it", "Api:Key must be printable ASCII without blanks.")]
    [InlineData("Api:MaximumFailuresPerMinute", "0", "Api:MaximumFailuresPerMinute must be between 1 and 10000.")]
    [InlineData("Api:Keys", "x", "Api:Keys is not a setting")]
    [InlineData("Hooks:Style", "rest", "Hooks:Style must be none, wcs, srs or mediamtx.")]
    [InlineData("Hooks:Style", "wcs", "Hooks:Url must be set to the backend's address, such as http://localhost:9000.")]
    [InlineData("Hooks:Url", "localhost:9000", "Hooks:Url must be an http or https address without user name and fragment")]
    [InlineData("Hooks:Url", "rtmp://localhost", "Hooks:Url must be an http or https address without user name and fragment")]
    [InlineData("Hooks:Url", "http://a:b@localhost", "Hooks:Url must be an http or https address without user name and fragment")]
    [InlineData("Hooks:Url", "http://localhost/x?key=1", null)]
    [InlineData("Hooks:Timeout", "00:00:11", "Hooks:Timeout must be between 00:00:00.1")]
    [InlineData("Hooks:MaximumConcurrentCalls", "0", "Hooks:MaximumConcurrentCalls must be between 1 and 10000.")]
    [InlineData("Hooks:FailOpen:0", "playStream", "Hooks:FailOpen: 'playStream' is no method of style none ().")]
    [InlineData("Hooks:MethodUrls:on_play", "http://a", "Hooks:MethodUrls: 'on_play' is no method of style none ().")]
    [InlineData("Hooks:StreamKeepAliveInterval", "0", "Hooks:StreamKeepAliveInterval must be between 00:00:01")]
    [InlineData("Hooks:StreamKeepAliveApplications:0", "live", "Hooks:StreamKeepAliveApplications: 'live' is no hook application (flashStreamingApp,")]
    [InlineData("Hooks:Applications:live:Url", "http://a", "Hooks:Applications: 'live' is no hook application (flashStreamingApp, defaultApp).")]
    [InlineData("Hooks:Applications:defaultApp:Url", "x", "Hooks:Applications:defaultApp:Url must be an http or https address")]
    [InlineData("Hooks:Applications:defaultApp:Methods:0", "x", "Hooks:Applications:defaultApp:Methods: 'x' is no method of style none ().")]
    [InlineData("Hooks:Applications:defaultApp:Uri", "x", "Hooks:Applications:defaultApp:Uri is not a setting (Url, Methods).")]
    [InlineData("Tokens:Algorithm", "RS256", "Tokens:Algorithm must be HS256, HS384 or HS512.")]
    [InlineData("Tokens:Parameter", "a b", "Tokens:Parameter must be 1 to 64 characters of A-Z a-z 0-9 _ . -")]
    [InlineData("Tokens:ClockTolerance", "01:00:00", "Tokens:ClockTolerance must be between 00:00:00 and 00:10:00.")]
    [InlineData("Tokens:Secrets:0", "short", "Tokens:Secrets:0 must have at least 32 bytes for HS256; it has 5.")]
    [InlineData("Tokens:Secrets:0", "base64:%", "Tokens:Secrets:0 is not base64 after 'base64:'.")]
    [InlineData("Http:Prot", "1", "Http:Prot is not a setting (BindAddress, Port, TlsEnabled, TlsPort, MaximumConnections, FlvEnabled, AllowedOrigins")]
    [InlineData("Rtmp:ChunkSize", "1", "Rtmp:ChunkSize is not a setting")]
    [InlineData("WebRtc:AdvertizedAddresses:0", "1.2.3.4", "WebRtc:AdvertizedAddresses is not a setting")]
    [InlineData("Streams:Names", "x", "Streams:Names is not a setting")]
    [InlineData("Audio:BitRates", "1", "Audio:BitRates is not a setting")]
    public void WrongValueOrUnknownKey_IsNamedInOneLine(string key, string value, string? words)
    {
        if (words is null)
        {
            Assert.Null(FailureOf((key, value)));
            return;
        }

        string line = FailureOf((key, value)) ?? "accepted";
        Assert.StartsWith($"Wrong settings: {words}", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public void SeveralFaults_AreAllNamedInOneLine()
    {
        string? line = FailureOf(("Http:Port", "70000"), ("Rtmp:ChunkSizeBytes", "1"), ("Rtmp:Prt", "1"), ("Audio:Coder", "slow"));
        Assert.Contains("Http:Port", line, StringComparison.Ordinal);
        Assert.Contains("Rtmp:ChunkSizeBytes", line, StringComparison.Ordinal);
        Assert.Contains("Rtmp:Prt", line, StringComparison.Ordinal);
        Assert.Contains("Audio:Coder", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line!);
    }

    [Fact]
    public void NothingSet_TheDefaultsAreValid() => Assert.Null(FailureOf());

    [Fact]
    public void ShippedSettings_LoadAndSayTheDefaults()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonFile(RepositoryFiles.PathOf("appsettings.json"));
        builder.AddGatewayOptions();
        using IHost host = builder.Build();
        host.Services.GetRequiredService<IStartupValidator>().Validate();
        AssertDefaults<HttpOptions>(host);
        AssertDefaults<RtmpOptions>(host);
        AssertDefaults<WebRtcOptions>(host);
        AssertDefaults<StreamOptions>(host);
        AssertDefaults<AudioOptions>(host);
        AssertDefaults<TlsOptions>(host);
        AssertDefaults<PushOptions>(host);
        AssertDefaults<RelayOptions>(host);
        AssertDefaults<SnapshotOptions>(host);
        AssertDefaults<ApiOptions>(host);
        AssertDefaults<HookOptions>(host);
        AssertDefaults<TokenOptions>(host);
        AssertDefaults<IceServerOptions>(host);
    }

    [Theory]
    [InlineData("""{ "Rmtp": { "Port": 1 } }""", "Rmtp is not a section of the settings (Http, Rtmp, WebRtc, Whip, Hls, Streams, Audio, Video, Ladder")]
    [InlineData("""{ "Port": 1 }""", "Port is not a section of the settings")]
    [InlineData("""{ "Http": """, "Failed to load configuration from file")]
    public void FaultyFile_IsNamed(string json, string words)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json);
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
            Exception exception = Assert.ThrowsAny<Exception>(() =>
            {
                builder.Configuration.AddJsonFile(file);
                builder.AddGatewayOptions();
            });
            Assert.True(SettingsFailure.TryDescribe(exception, out string? line));
            Assert.StartsWith($"Wrong settings: {words}", line, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void EnvironmentVariable_OverridesTheFile()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonFile(RepositoryFiles.PathOf("appsettings.json"));
        Environment.SetEnvironmentVariable("MGTEST_Rtmp__Port", "21400");
        builder.Configuration.AddEnvironmentVariables("MGTEST_");
        builder.AddGatewayOptions();
        using IHost host = builder.Build();
        Assert.Equal(21400, host.Services.GetRequiredService<IOptions<RtmpOptions>>().Value.Port);
    }

    [Fact]
    public void PublicAddressVariable_SetsTheAdvertisedAddresses()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
        [
            KeyValuePair.Create("WebRtc:AdvertisedAddresses:0", (string?)"10.0.0.1"),
            KeyValuePair.Create("MEDIAGATEWAY_PUBLIC_ADDRESS", (string?)"203.0.113.7, 2001:db8::7"),
        ]);
        builder.AddGatewayOptions();
        using IHost host = builder.Build();
        Assert.Equal(["203.0.113.7", "2001:db8::7"], host.Services.GetRequiredService<IOptions<WebRtcOptions>>().Value.AdvertisedAddresses);
    }

    [Fact]
    public void OtherFailure_IsNotAboutSettings() =>
        Assert.False(SettingsFailure.TryDescribe(new InvalidOperationException("a bug"), out _));

    private static void AssertDefaults<T>(IHost host)
        where T : class, new()
    {
        var expected = new T();
        T actual = host.Services.GetRequiredService<IOptions<T>>().Value;
        foreach (PropertyInfo property in typeof(T).GetProperties())
        {
            Assert.Equal(property.GetValue(expected), property.GetValue(actual));
        }
    }

    private static string? FailureOf(params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        using IHost host = builder.Build();
        Exception? exception = Record.Exception(() => host.Services.GetRequiredService<IStartupValidator>().Validate());
        if (exception is null)
        {
            return null;
        }

        Assert.True(SettingsFailure.TryDescribe(exception, out string? line), exception.ToString());
        return line;
    }
}
