using System.Text.Json.Serialization;
using MediaGateway.Diagnostics;

namespace MediaGateway.Api;

/// <summary>
/// Reads and writes the API's JSON without reflection. The writer's default escaping stays on: names and texts of clients leave no
/// character that means something in HTML.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemReport))]
[JsonSerializable(typeof(WcsStreamFilter))]
[JsonSerializable(typeof(WcsConnectionFilter))]
[JsonSerializable(typeof(WcsPushRequest))]
[JsonSerializable(typeof(WcsStream[]))]
[JsonSerializable(typeof(WcsConnection[]))]
[JsonSerializable(typeof(WcsPush[]))]
[JsonSerializable(typeof(PushRequest))]
[JsonSerializable(typeof(StreamReport[]))]
[JsonSerializable(typeof(SessionReport[]))]
[JsonSerializable(typeof(ConnectionReport[]))]
[JsonSerializable(typeof(PushReport[]))]
[JsonSerializable(typeof(RecordingReport[]))]
[JsonSerializable(typeof(WcsRecordingRequest))]
[JsonSerializable(typeof(RedirectReport[]))]
[JsonSerializable(typeof(NodeReport[]))]
[JsonSerializable(typeof(NodeChange))]
[JsonSerializable(typeof(PullReport[]))]
[JsonSerializable(typeof(WcsSnapshotRequest))]
[JsonSerializable(typeof(WcsSnapshot))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
