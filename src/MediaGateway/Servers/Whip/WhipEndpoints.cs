using MediaGateway.Api;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Vod;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Whip;

/// <summary>
/// The addresses of WHIP (RFC 9725) and WHEP: <c>/whip/name</c> and <c>/whip/application/name</c>, the forms that MediaMTX and SRS use, and
/// below ours the sessions.
/// </summary>
internal static class WhipEndpoints
{
    /// <summary>Marks the endpoints for the API's description.</summary>
    public const string Tag = "WHIP";

    private const string PublishPrefix = "/whip";
    private const string PlayPrefix = "/whep";
    private const string OfferMethods = "OPTIONS, POST";
    private const string SessionMethods = "OPTIONS, PATCH, DELETE";

    // RFC 9725 4.2 keeps these for later; an answer of ours, unlike routing's, can be read by pages.
    private static readonly string[] NotForOffers = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];
    private static readonly string[] NotForSessions = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Put, HttpMethods.Post];

    /// <summary>What addresses begin with.</summary>
    public static string PrefixOf(bool isPublisher) => isPublisher ? PublishPrefix : PlayPrefix;

    /// <summary>Maps the addresses, unless they are switched off.</summary>
    public static void MapWhip(this IEndpointRouteBuilder endpoints)
    {
        if (!endpoints.ServiceProvider.GetRequiredService<IOptions<WhipOptions>>().Value.Enabled)
        {
            return;
        }

        foreach (bool isPublisher in new[] { true, false })
        {
            string prefix = PrefixOf(isPublisher);
            MapOffers(endpoints, isPublisher, $"{prefix}/{{name}}").WithTags(Tag);
            MapOffers(endpoints, isPublisher, $"{prefix}/{{application}}/{{name}}").WithTags(Tag);
            MapOffers(endpoints, isPublisher, $"/{{application}}/{{name}}{prefix}"); // MediaMTX
            MapOffers(endpoints, isPublisher, $"/rtc/v1{prefix}"); // SRS: ?app=live&stream=name
            MapSessions(endpoints, isPublisher, $"{prefix}/{{application}}/{{name}}/{{id}}").WithTags(Tag);
            if (!isPublisher)
            {
                MapFiles(endpoints, prefix);
            }
        }
    }

    private static RouteGroupBuilder MapOffers(IEndpointRouteBuilder endpoints, bool isPublisher, string pattern)
    {
        RouteGroupBuilder group = Group(endpoints, pattern);
        group.MapPost("", (HttpContext context, WhipOpening opening) => opening.OpenAsync(
            context, isPublisher, Part(context, "application", "app"), Part(context, "name", "stream")));
        group.MapMethods("", [HttpMethods.Options], (HttpContext context, IceServers servers) => DescribeOffers(context.Response, servers));
        group.MapMethods("", NotForOffers, (HttpContext context) => NotAllowed(context.Response, OfferMethods));
        return group;
    }

    /// <summary>
    /// Files in folders (<c>/whep/vod/dir/clip.mp4</c>), and the sessions of those who play them. With one folder the address looks like that of
    /// a session, to which nobody posts.
    /// </summary>
    private static void MapFiles(IEndpointRouteBuilder endpoints, string prefix)
    {
        RouteGroupBuilder offers = Group(endpoints, $"{prefix}/{{application}}/{{folder}}/{{**file}}");
        offers.MapPost("", (HttpContext context, WhipOpening opening, string application, string folder, string file) =>
            opening.OpenAsync(context, isPublisher: false, application, $"{folder}/{file}")).ExcludeFromDescription();
        offers.MapPatch("", (HttpContext context, WhipResource resource, string application, string folder, string file) =>
            resource.PatchAsync(context, false, application, NameOf(folder, file), IdOf(file))).ExcludeFromDescription();
        offers.MapDelete("", (HttpContext context, WhipResource resource, string application, string folder, string file) =>
            resource.Delete(context, false, application, NameOf(folder, file), IdOf(file))).ExcludeFromDescription();
    }

    private static string NameOf(string folder, string file)
    {
        int slash = file.LastIndexOf('/');
        return slash < 0 ? folder : $"{folder}/{file[..slash]}";
    }

    private static string IdOf(string file) => file[(file.LastIndexOf('/') + 1)..];

    private static RouteGroupBuilder MapSessions(IEndpointRouteBuilder endpoints, bool isPublisher, string pattern)
    {
        RouteGroupBuilder group = Group(endpoints, pattern);
        group.MapPatch("", (HttpContext context, WhipResource resource, string application, string name, string id) =>
            resource.PatchAsync(context, isPublisher, application, name, id));
        group.MapDelete("", (HttpContext context, WhipResource resource, string application, string name, string id) =>
            resource.Delete(context, isPublisher, application, name, id));
        group.MapMethods("", [HttpMethods.Options], (HttpContext context) => DescribeSession(context.Response));
        group.MapMethods("", NotForSessions, async (HttpContext context, WhipOpening opening, VodStreams files, string application, string name, string id) =>
            !isPublisher && HttpMethods.IsPost(context.Request.Method) && files.PlaysFiles(application)
                ? await opening.OpenAsync(context, isPublisher: false, application, $"{name}/{id}")
                : (IResult)NotAllowed(context.Response, SessionMethods));
        return group;
    }

    private static RouteGroupBuilder Group(IEndpointRouteBuilder endpoints, string pattern)
    {
        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.AddEndpointFilter<RouteGroupBuilder, WhipGuard>();
        return group;
    }

    private static string? Part(HttpContext context, string routeValue, string parameter) =>
        context.Request.RouteValues[routeValue] as string ?? (context.Request.Query[parameter] is [{ } value] ? value : null);

    private static NoContent DescribeOffers(HttpResponse response, IceServers servers)
    {
        // Whoever asks need not say who it is: credentials are for those who have been let in.
        WhipHeaders.AddIceServers(response, servers.For("options").Where(server => server.Username is null));
        WhipHeaders.DescribeMethods(response, OfferMethods);
        response.Headers["Accept-Post"] = WhipHeaders.Sdp;
        return TypedResults.NoContent();
    }

    private static NoContent DescribeSession(HttpResponse response)
    {
        WhipHeaders.DescribeMethods(response, SessionMethods);
        response.Headers["Accept-Patch"] = WhipHeaders.Fragment;
        return TypedResults.NoContent();
    }

    private static JsonHttpResult<ProblemReport> NotAllowed(HttpResponse response, string methods)
    {
        response.Headers.Allow = methods;
        return WhipProblem.Answer(StatusCodes.Status405MethodNotAllowed, $"This address takes {methods}.");
    }
}
