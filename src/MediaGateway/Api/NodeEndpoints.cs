using MediaGateway.Relay;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Api;

/// <summary>A node that viewers are sent to, as the API shows it.</summary>
/// <param name="Id">Names it: host, and port where the address has one.</param>
/// <param name="Address">Its RTMP address.</param>
/// <param name="HttpAddress">Its HTTP address, or null.</param>
/// <param name="Weight">Its share of the viewers.</param>
/// <param name="Drain">Whether it gets no more.</param>
internal sealed record NodeReport(string Id, string Address, string? HttpAddress, int Weight, bool Drain)
{
    /// <summary>Describes a node.</summary>
    public static NodeReport From(RelayNode node) => new(node.Id, node.Address, node.HttpAddress, node.Weight, node.IsDrained);
}

/// <summary>What <c>PUT /api/v1/nodes/{id}</c> takes.</summary>
/// <param name="Drain">Whether the node is to get no more viewers; required.</param>
internal sealed record NodeChange(bool? Drain);

/// <summary>Lists the pulls from origins and the nodes of <c>Relay:Nodes</c> and closes nodes to new viewers while the gateway runs. What is set is forgotten when it ends.</summary>
internal static class NodeEndpoints
{
    /// <summary>Maps the calls below the group's prefix.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/nodes", List);
        group.MapPut("/nodes/{id}", ChangeAsync);
        group.MapGet("/pulls", PullReport.List);
    }

    private static JsonHttpResult<NodeReport[]> List(NodeChooser nodes) =>
        TypedResults.Json<NodeReport[]>([.. nodes.Nodes.Select(NodeReport.From)], ApiJsonContext.Default.NodeReportArray);

    private static async Task<IResult> ChangeAsync(string id, HttpRequest request, NodeChooser nodes)
    {
        (NodeChange? body, IResult? refusal) = await ApiRequest.ReadAsync(request, ApiJsonContext.Default.NodeChange);
        if (refusal is not null)
        {
            return refusal;
        }

        if (body!.Drain is not { } drain) // one of both is there
        {
            return ProblemReport.BadRequest("drain must be true or false.");
        }

        return nodes.Drain(id, drain) ? TypedResults.NoContent() : ProblemReport.NotFound("There is no such node in Relay:Nodes.");
    }
}
