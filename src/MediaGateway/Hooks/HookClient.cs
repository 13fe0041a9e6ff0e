using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Hooks;

/// <summary>
/// Posts JSON to the backend and reads its answer, within limits of time, size and number, whatever the backend does. Redirects are not
/// followed, cookies not kept, proxies of the environment not used. Any thread.
/// </summary>
internal sealed class HookClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json", "UTF-8");

    private readonly HttpMessageInvoker _http;
    private readonly ConcurrentDictionary<string, CircuitBreaker> _breakers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _slots;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ThrottledCount _faults;

    /// <summary>Makes a client; it connects when it is first needed.</summary>
    public HookClient(IOptions<HookOptions> options, TimeProvider time, GatewayMetrics metrics, ILogger<HookClient> logger)
    {
        _timeout = options.Value.Timeout;
        _slots = new SemaphoreSlim(options.Value.MaximumConcurrentCalls);
        (_time, _metrics, _logger) = (time, metrics, logger);
        _faults = new ThrottledCount(time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = HookLimits.AnswerHeaderKilobytes,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = HookLimits.ConnectionLifetime,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Asks a question that somebody waits for. A backend that keeps failing is left alone for a while.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="method">The hook's name, for logs and figures.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<HookAnswer> AskAsync(Uri address, string method, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        CircuitBreaker breaker = _breakers.GetOrAdd(address.Authority, static (_, time) => new CircuitBreaker(time), _time);
        CircuitBreaker.Entry entry = breaker.Enter();
        if (entry == CircuitBreaker.Entry.Refused)
        {
            _metrics.HookCalled(method, "not_asked");
            return HookAnswer.Faulted("it has failed too often in a row and is left alone for a moment");
        }

        HookAnswer answer;
        try
        {
            answer = await PostAsync(address, method, body, _slots, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            breaker.ReportNothing(entry);
            throw;
        }

        Report(breaker, entry, address, answer);
        return answer;
    }

    /// <summary>Reports something that nobody waits for; the caller minds how many go at the same time.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public Task<HookAnswer> TellAsync(Uri address, string method, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        PostAsync(address, method, body, null, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
    }

    private async Task<HookAnswer> PostAsync(
        Uri address, string method, ReadOnlyMemory<byte> body, SemaphoreSlim? slots, CancellationToken cancellationToken)
    {
        using IDisposable held = _metrics.Resources.Hold(ResourceKind.HookCall);
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        HookAnswer answer;
        try
        {
            answer = await PostInTurnAsync(address, body, slots, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            answer = HookAnswer.Faulted($"no whole answer within {_timeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answer = HookAnswer.Faulted(exception.Message);
        }

        answer = Judge(answer);
        _metrics.HookCalled(method, answer.Fault is null ? answer.IsRefusal ? "refused" : "answered" : "failed");
        if (answer.Fault is not null && _faults.Count() is > 0 and long count)
        {
            _logger.HookFailed(method, Printable(address), answer.Fault, count);
        }

        return answer;
    }

    private async Task<HookAnswer> PostInTurnAsync(Uri address, ReadOnlyMemory<byte> body, SemaphoreSlim? slots, CancellationToken cancellationToken)
    {
        if (slots is null)
        {
            return await ExchangeAsync(address, body, cancellationToken);
        }

        await slots.WaitAsync(cancellationToken);
        try
        {
            return await ExchangeAsync(address, body, cancellationToken);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<HookAnswer> ExchangeAsync(Uri address, ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(question);
        content.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        int status = (int)response.StatusCode;
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>();
        while (body.WrittenCount <= HookLimits.AnswerBytes)
        {
            int room = HookLimits.AnswerBytes + 1 - body.WrittenCount;
            Memory<byte> free = body.GetMemory();
            int length = await stream.ReadAsync(free[..Math.Min(free.Length, room)], cancellationToken);
            if (length == 0)
            {
                return new HookAnswer(status, body.WrittenMemory, null);
            }

            body.Advance(length);
        }

        return new HookAnswer(status, default, $"its answer is longer than {HookLimits.AnswerBytes} bytes");
    }

    /// <summary>Every status but success and refusal is a fault; a refusal needs no readable body.</summary>
    private static HookAnswer Judge(HookAnswer answer) => answer switch
    {
        { IsRefusal: true } => answer with { Fault = null },
        { Fault: not null } => answer,
        { Status: >= 200 and < 300 } => answer,
        { Status: >= 300 and < 400 } => answer with { Fault = $"it answered {answer.Status}, and redirects are not followed" },
        _ => answer with { Fault = $"it answered {answer.Status}" },
    };

    private void Report(CircuitBreaker breaker, CircuitBreaker.Entry entry, Uri address, in HookAnswer answer)
    {
        if (answer.Fault is null)
        {
            if (breaker.ReportAnswer())
            {
                _logger.BackendIsBack(address.Authority);
            }
        }
        else if (breaker.ReportFault(entry))
        {
            _logger.BackendLeftAlone(address.Authority, HookLimits.BreakerFaults, HookLimits.BreakerPause);
        }
    }

    /// <summary>Without the query, which may hold a secret.</summary>
    private static string Printable(Uri address) => address.GetLeftPart(UriPartial.Path);
}
