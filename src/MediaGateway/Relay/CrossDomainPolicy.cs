using MediaGateway.Configuration;
using MediaGateway.Http;
using Microsoft.Extensions.Options;

namespace MediaGateway.Relay;

/// <summary>
/// What Flash players ask for before they read a manifest or a picture of another site (Adobe's Cross-domain policy file specification, 1.5
/// <c>allow-access-from</c>), as browsers ask for CORS. What
/// it opens is open for everything under that host and port, the API among it, so that those whom the API answers for where they are, the
/// programs of the gateway's own machine as long as there is no key, do not get it.
/// </summary>
internal static class CrossDomainPolicy
{
    /// <summary>Where players look for it.</summary>
    public const string Path = "/crossdomain.xml";

    private const string ContentType = "text/x-cross-domain-policy";

    private const string Policy = """
        <?xml version="1.0"?>
        <!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd">
        <cross-domain-policy>
          <site-control permitted-cross-domain-policies="master-only"/>
          <allow-access-from domain="*" secure="false"/>
        </cross-domain-policy>

        """;

    /// <summary>Maps the file, unless <c>Relay:CrossDomainPolicy</c> is off.</summary>
    public static void MapCrossDomainPolicy(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<RelayOptions>>().Value.CrossDomainPolicy)
        {
            bool hasKey = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.Key is { Length: > 0 };
            app.MapGet(Path, (HttpContext context) => !hasKey && LocalClients.IsHere(context)
                ? Results.NotFound()
                : TypedResults.Text(Policy, ContentType));
        }
    }
}
