using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MediaGateway.Hooks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// SignalR's JSON, for pages that anybody may have written: whatever is no message ends its connection with the one exception that is meant for
/// it, and is said in the log once a second at most, without its text. Any thread.
/// </summary>
internal sealed class PageProtocol(IOptions<JsonHubProtocolOptions> options, TimeProvider time, ILogger<PageProtocol> logger) : IHubProtocol
{
    /// <summary>What the connection ends with.</summary>
    public const string Words = "The page sent what is no message.";

    private readonly JsonHubProtocol _json = new(options);
    private readonly ThrottledCount _broken = new(time);

    /// <inheritdoc/>
    public string Name => _json.Name;

    /// <inheritdoc/>
    public int Version => _json.Version;

    /// <inheritdoc/>
    public TransferFormat TransferFormat => _json.TransferFormat;

    /// <inheritdoc/>
    public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

    /// <inheritdoc/>
    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => _json.WriteMessage(message, output);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _json.GetMessageBytes(message);

    /// <inheritdoc/>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        try
        {
            // A message of a type that is not known is passed over, and does not hold back what came with it.
            long before;
            do
            {
                before = input.Length;
                if (_json.TryParseMessage(ref input, binder, out message))
                {
                    return true;
                }
            }
            while (input.Length < before);

            return false;
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or InvalidOperationException or FormatException)
        {
            // The last two are the JSON reader's for texts that are not Unicode and for numbers that do not fit.
            if (_broken.Count() is > 0 and var count)
            {
                logger.BrokenMessages(count);
            }

            throw new InvalidDataException(Words);
        }
    }
}
