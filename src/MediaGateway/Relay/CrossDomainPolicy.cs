using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Relay;

/// <summary>
/// What Flash players ask for before they read a manifest or a picture of another site (Adobe's Cross-domain policy file specification, 1.5
/// <c>allow-access-from</c>), as browsers ask for CORS.
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
            app.MapGet(Path, static () => TypedResults.Text(Policy, ContentType));
        }
    }
}
