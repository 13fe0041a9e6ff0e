using MediaGateway.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Api;

/// <summary>Puts the API into the program.</summary>
internal static class ApiExtensions
{
    /// <summary>Before the gateway's own calls.</summary>
    public const string ModernPrefix = "/api/v1";

    /// <summary>Before the WCS-style calls.</summary>
    public const string WcsPrefix = "/rest-api";

    /// <summary>Where the description of all calls is.</summary>
    public const string DescriptionPath = "/openapi.json";

    /// <summary>Guards every endpoint marked <see cref="OperatorOnly"/>, wherever it is mapped. Before all other middleware that answers.</summary>
    public static void UseApiProtection(this WebApplication app) => app.UseMiddleware<ApiProtection>();

    /// <summary>Maps the calls and their description.</summary>
    public static void MapApi(this IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder wcs = endpoints.MapGroup(WcsPrefix).WithMetadata(OperatorOnly.Instance);
        WcsEndpoints.Map(wcs);
        WcsPushEndpoints.Map(wcs);
        SnapshotCalls.MapWcs(wcs);
        RecordingEndpoints.MapWcs(wcs);
        RouteGroupBuilder modern = endpoints.MapGroup(ModernPrefix).WithMetadata(OperatorOnly.Instance);
        ModernEndpoints.Map(modern);
        RedirectEndpoints.Map(modern);
        RecordingEndpoints.Map(modern);
        NodeEndpoints.Map(modern);
        SnapshotCalls.Map(modern);
        endpoints.MapGet(DescriptionPath, Description);
    }

    private static FileStreamHttpResult Description() =>
        TypedResults.Stream(typeof(ApiExtensions).Assembly.GetManifestResourceStream("openapi.json")!, "application/json"); // embedded by the build
}
