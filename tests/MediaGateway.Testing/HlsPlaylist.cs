using System.Globalization;
using Xunit;

namespace MediaGateway.Testing;

/// <summary>A partial segment as a playlist lists it.</summary>
public sealed record HlsListedPart(decimal Duration, string Address, bool IsIndependent);

/// <summary>A segment as a playlist lists it; the last one may have parts only.</summary>
public sealed record HlsListedSegment(
    long Number, decimal? Duration, string? Address, bool IsDiscontinuity, string? Map, DateTimeOffset? Time, IReadOnlyList<HlsListedPart> Parts);

/// <summary>Reads media playlists as a player does, and checks them against RFC 8216bis, one after the other.</summary>
public sealed class HlsPlaylist
{
    private HlsPlaylist()
    {
    }

    public int TargetDuration { get; private set; }

    public decimal PartTarget { get; private set; }

    public decimal HoldBack { get; private set; }

    public decimal PartHoldBack { get; private set; }

    public decimal CanSkipUntil { get; private set; }

    public long MediaSequence { get; private set; }

    public long DiscontinuitySequence { get; private set; }

    public int Skipped { get; private set; }

    public bool HasEnded { get; private set; }

    public string? Hint { get; private set; }

    /// <summary>The other levels' playlists, each with its last segment and part.</summary>
    public IReadOnlyList<(string Address, long Number, int? Part)> Reports { get; private set; } = [];

    public IReadOnlyList<HlsListedSegment> Segments { get; private set; } = [];

    /// <summary>The complete segments.</summary>
    public IEnumerable<HlsListedSegment> Complete => Segments.Where(segment => segment.Address is not null);

    /// <summary>Reads a playlist; fails where it is not one.</summary>
    public static HlsPlaylist Read(string text)
    {
        string[] lines = text.Split('\n');
        Assert.Equal("#EXTM3U", lines[0]);
        Assert.Equal("", lines[^1]);
        var playlist = new HlsPlaylist();
        var reader = new Reader(playlist);
        foreach (string line in lines[1..^1])
        {
            reader.Take(line);
        }

        playlist.Segments = reader.Finish();
        return playlist;
    }

    /// <summary>Checks what must hold of one playlist.</summary>
    public HlsPlaylist Check()
    {
        Assert.True(TargetDuration > 0);
        Assert.True(HoldBack >= 3 * TargetDuration, "HOLD-BACK");
        Assert.True(PartHoldBack >= 3 * PartTarget && PartTarget > 0, "PART-HOLD-BACK");
        Assert.True(CanSkipUntil >= 6 * TargetDuration, "CAN-SKIP-UNTIL");
        foreach (HlsListedSegment segment in Segments)
        {
            if (segment.Duration is { } duration)
            {
                Assert.True(Math.Round(duration, MidpointRounding.AwayFromZero) <= TargetDuration, $"{duration} s with a target of {TargetDuration} s");
                Assert.True(segment.Parts.Count == 0 || segment.Parts.Sum(part => part.Duration) == duration, $"parts of {segment.Number}");
            }

            for (int index = 0; index < segment.Parts.Count; index++)
            {
                HlsListedPart part = segment.Parts[index];
                Assert.True(part.Duration <= PartTarget, $"part of {part.Duration} s with a target of {PartTarget} s");
                bool mayBeShort = index == segment.Parts.Count - 1 && segment.Duration is not null;
                Assert.True(mayBeShort || part.Duration >= PartTarget * 0.85m, $"part {segment.Number}.{index} of {part.Duration} s, target {PartTarget} s");
            }
        }

        Assert.True(HasEnded || Hint is not null);
        return this;
    }

    /// <summary>Checks what must hold of a playlist that comes after another.</summary>
    public void CheckAfter(HlsPlaylist before)
    {
        Assert.Equal(before.TargetDuration, TargetDuration);
        Assert.Equal(before.PartTarget, PartTarget);
        Assert.True(MediaSequence >= before.MediaSequence, "the media sequence number never goes back");
        Dictionary<long, HlsListedSegment> known = Segments.ToDictionary(segment => segment.Number);
        int gone = 0;
        foreach (HlsListedSegment old in before.Segments)
        {
            if (old.Number < MediaSequence)
            {
                gone += old.IsDiscontinuity ? 1 : 0;
            }
            else if (known.TryGetValue(old.Number, out HlsListedSegment? now))
            {
                Assert.True(old.Address is null || (old.Address, old.Duration) == (now.Address, now.Duration), $"segment {old.Number} has changed");
                Assert.Equal((old.IsDiscontinuity, old.Time), (now.IsDiscontinuity, now.Time));
                Assert.True(now.Parts.Count == 0 || now.Parts.Take(old.Parts.Count).SequenceEqual(old.Parts) || old.Parts.Count == 0);
            }
            else
            {
                Assert.True(Skipped > 0 || old.Address is null, $"segment {old.Number} is missing");
            }
        }

        if (Segments.Count > 0 && before.Segments.Count > 0 && before.Skipped == 0 && MediaSequence <= before.Segments[^1].Number)
        {
            Assert.Equal(before.DiscontinuitySequence + gone, DiscontinuitySequence);
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Attributes(string text)
    {
        Dictionary<string, string> attributes = [];
        while (text.Length > 0)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            bool isQuoted = text[equals + 1] == '"';
            int end = isQuoted ? text.IndexOf('"', equals + 2) + 1 : text.IndexOf(',', equals);
            end = end < 0 ? text.Length : end;
            attributes.Add(text[..equals], text[(equals + 1)..end].Trim('"'));
            text = end < text.Length ? text[(end + 1)..] : "";
        }

        return attributes;
    }

    private sealed class Reader(HlsPlaylist playlist)
    {
        private readonly List<HlsListedSegment> _segments = [];
        private List<HlsListedPart> _parts = [];
        private bool _isDiscontinuity;
        private string? _map;
        private DateTimeOffset? _time;
        private decimal? _duration;

        public void Take(string line)
        {
            if (!line.StartsWith('#'))
            {
                Add(line);
                return;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            (string tag, string value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            switch (tag)
            {
                case "#EXT-X-VERSION":
                    Assert.True(int.Parse(value, CultureInfo.InvariantCulture) >= 3);
                    break;
                case "#EXT-X-TARGETDURATION":
                    playlist.TargetDuration = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-MEDIA-SEQUENCE":
                    playlist.MediaSequence = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-DISCONTINUITY-SEQUENCE":
                    playlist.DiscontinuitySequence = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-SERVER-CONTROL":
                    Dictionary<string, string> control = Attributes(value);
                    Assert.Equal("YES", control["CAN-BLOCK-RELOAD"]);
                    (playlist.HoldBack, playlist.PartHoldBack) = (Number(control["HOLD-BACK"]), Number(control["PART-HOLD-BACK"]));
                    playlist.CanSkipUntil = Number(control["CAN-SKIP-UNTIL"]);
                    break;
                case "#EXT-X-PART-INF":
                    playlist.PartTarget = Number(Attributes(value)["PART-TARGET"]);
                    break;
                case "#EXT-X-SKIP":
                    playlist.Skipped = int.Parse(Attributes(value)["SKIPPED-SEGMENTS"], CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-PART":
                    Dictionary<string, string> part = Attributes(value);
                    _parts.Add(new HlsListedPart(Number(part["DURATION"]), part["URI"], part.ContainsKey("INDEPENDENT")));
                    break;
                case "#EXTINF":
                    _duration = Number(value.TrimEnd(','));
                    break;
                case "#EXT-X-DISCONTINUITY":
                    _isDiscontinuity = true;
                    break;
                case "#EXT-X-MAP":
                    _map = Attributes(value)["URI"];
                    break;
                case "#EXT-X-PROGRAM-DATE-TIME":
                    _time = DateTimeOffset.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "#EXT-X-PRELOAD-HINT":
                    playlist.Hint = Attributes(value)["URI"];
                    break;
                case "#EXT-X-ENDLIST":
                    playlist.HasEnded = true;
                    break;
                case "#EXT-X-RENDITION-REPORT":
                    Dictionary<string, string> report = Attributes(value);
                    Assert.False(Uri.IsWellFormedUriString(report["URI"], UriKind.Absolute), "relative to the playlist");
                    int? last = report.TryGetValue("LAST-PART", out string? index) ? int.Parse(index, CultureInfo.InvariantCulture) : null;
                    playlist.Reports = [.. playlist.Reports, (report["URI"], long.Parse(report["LAST-MSN"], CultureInfo.InvariantCulture), last)];
                    break;
                case "#EXT-X-PLAYLIST-TYPE" or "#EXT-X-INDEPENDENT-SEGMENTS" or "#EXT-X-START":
                    break;
                default:
                    Assert.Fail($"The tag {tag} is unknown.");
                    break;
            }
        }

        public List<HlsListedSegment> Finish()
        {
            if (_parts.Count > 0)
            {
                Add(null);
            }

            return _segments;
        }

        private void Add(string? address)
        {
            Assert.Equal(address is null, _duration is null);
            long number = playlist.MediaSequence + playlist.Skipped + _segments.Count;
            _segments.Add(new HlsListedSegment(number, _duration, address, _isDiscontinuity, _map, _time, _parts));
            (_parts, _duration, _isDiscontinuity, _time) = ([], null, false, null);
        }
    }
}
