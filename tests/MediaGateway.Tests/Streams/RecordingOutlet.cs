using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Tests.Streams;

/// <summary>An outlet that writes down what it is told, as <c>K0 S20 D33</c>: kind and decoding time in milliseconds, and
/// releases it. Sound is A (AAC), P (A-law), M (MP3) or S, data T, further tracks x1: and so on.</summary>
internal sealed class RecordingOutlet : IStreamOutlet
{
    private readonly List<string> _frames = [];
    private readonly List<StreamEndReason> _ends = [];

    public StreamFormats? Formats { get; private set; }

    public int Starts { get; private set; }

    public IReadOnlyList<StreamEndReason> Ends => _ends;

    public IReadOnlyList<string> Frames => _frames;

    public string Text => string.Join(' ', _frames);

    public void Start(StreamFormats formats)
    {
        Formats = formats;
        Starts++;
    }

    public void Deliver(MediaFrame frame)
    {
        string kind = frame switch
        {
            { Kind: TrackKind.Data } => "T",
            { Format: FlvTagFormat { TrackId: > 0 } further } => $"x{further.TrackId}:",
            { Kind: TrackKind.Video, IsKeyframe: true } => "K",
            { Kind: TrackKind.Video } => "D",
            { Format.Codec: CodecId.Aac } => "A",
            { Format.Codec: CodecId.Pcma } => "P",
            { Format.Codec: CodecId.Mp3 } => "M",
            _ => "S",
        };
        _frames.Add(_ends.Count > 0 ? "after-end" : Starts == 1 ? $"{kind}{frame.Decoding.ToMilliseconds()}" : "before-start");
        frame.Release();
    }

    public void Describe(StreamMetadata metadata) => Metadata = metadata;

    /// <summary>What the publisher last said of the stream.</summary>
    public StreamMetadata? Metadata { get; private set; }

    public void End(StreamEndReason reason) => _ends.Add(reason);
}
