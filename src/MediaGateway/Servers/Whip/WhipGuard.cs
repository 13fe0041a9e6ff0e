using System.Globalization;

namespace MediaGateway.Servers.Whip;

/// <summary>Stands before every request of WHIP and WHEP: the headers that all answers carry, and how often an address may ask.</summary>
internal sealed class WhipGuard(WhipHeaders headers, RequestLimiter limiter) : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        if (!headers.TryApply(http))
        {
            return Answer(WhipProblem.Answer(
                StatusCodes.Status403Forbidden, "Pages of this origin may not publish and play here. List it in Whip:AllowedOrigins if it is yours."));
        }

        if (!HttpMethods.IsOptions(http.Request.Method) && !limiter.TryTake(http.Connection.RemoteIpAddress, out TimeSpan wait))
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Answer(WhipProblem.Answer(StatusCodes.Status429TooManyRequests, "Too many requests from this address; wait a moment."));
        }

        return next(context);
    }

    private static ValueTask<object?> Answer(IResult result) => ValueTask.FromResult<object?>(result);
}
