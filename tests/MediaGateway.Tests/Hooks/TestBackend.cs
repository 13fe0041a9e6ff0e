using System.Net;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace MediaGateway.Tests.Hooks;

/// <summary>A backend on a free loopback port that notes every call. Unless told otherwise it answers with what it was sent.</summary>
internal sealed class TestBackend : IAsyncDisposable
{
    /// <summary>A call that has not come by then never comes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private int _count;

    private TestBackend(WebApplication app) => _app = app;

    /// <summary>Answers a call; the body has been read.</summary>
    public Func<HttpContext, Call, Task> Answer { get; set; } = EchoAsync;

    /// <summary>Where it is reached, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>How many calls have come.</summary>
    public int Count => Volatile.Read(ref _count);

    public static async Task<TestBackend> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var backend = new TestBackend(builder.Build());
        backend._app.Run(backend.TakeAsync);
        await backend._app.StartAsync(TestContext.Current.CancellationToken);
        backend.Url = backend._app.Urls.First();
        return backend;
    }

    /// <summary>The next call, in the order in which they came.</summary>
    public Task<Call> NextAsync() => _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public static Func<HttpContext, Call, Task> Status(int status, string body = "") => async (context, _) =>
    {
        context.Response.StatusCode = status;
        if (body.Length > 0)
        {
            // Not for nothing: a server that writes a body, if only an empty one, after status 204 breaks the connection, which the client may
            // just be about to use again.
            await context.Response.WriteAsync(body, context.RequestAborted);
        }
    };

    private static Task EchoAsync(HttpContext context, Call call) => context.Response.WriteAsync(call.Body, context.RequestAborted);

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        string body = await reader.ReadToEndAsync(context.RequestAborted);
        var call = new Call($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", context.Request.ContentType, body);
        Interlocked.Increment(ref _count);
        await _calls.Writer.WriteAsync(call, context.RequestAborted);
        await Answer(context, call);
    }

    internal sealed record Call(string Line, string? ContentType, string Body)
    {
        /// <summary>The method's name at the end of a WCS address.</summary>
        public string Method => Line[(Line.LastIndexOf('/') + 1)..];
    }
}
