using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Reads the index of an MP4 or QuickTime file (ISO/IEC 14496-12): from one table, wherever it lies, or from the fragments that there
/// are, and from further ones when the file has grown.
/// </summary>
internal sealed class Mp4FileIndexer : IMediaFileIndexer
{
    private readonly Mp4Budget _budget = new();
    private MediaFileBuilder? _builder;
    private List<Mp4SourceTrack> _tracks = [];
    private Mp4Interleaver? _interleaver;
    private Mp4FragmentReader? _fragments;
    private long _position;

    /// <inheritdoc/>
    public bool CanGrow => _fragments is not null;

    /// <inheritdoc/>
    public MediaFile Update(IByteSource source)
    {
        var walk = new Mp4BoxWalk(source, _budget);
        long length = walk.FileLength;
        if (_builder is null)
        {
            ReadMovie(walk, FindMovie(walk, length));
        }

        if (_fragments is not null)
        {
            ReadFragments(walk, length);
        }

        return _builder!.Build(_position); // Made by ReadMovie.
    }

    private static Mp4BoxPlace FindMovie(Mp4BoxWalk walk, long length)
    {
        foreach (Mp4BoxPlace box in walk.Boxes(0, length, isTopLevel: true))
        {
            if (box.Type == Mp4BoxTypes.Movie)
            {
                return box.IsCut ? throw new MediaFileException("The file is cut short within its table of frames.") : box;
            }
        }

        throw new MediaFileException("The file has no table of its frames: it was not written to its end.");
    }

    private void ReadMovie(Mp4BoxWalk walk, Mp4BoxPlace movie)
    {
        long rate = 0;
        Mp4BoxPlace? extends = null;
        List<Mp4BoxPlace> trackBoxes = [];
        foreach (Mp4BoxPlace box in walk.Boxes(movie.Body, movie.End))
        {
            switch (box.Type)
            {
                case Mp4BoxTypes.MovieHeader:
                    SourceCursor header = walk.Cursor(in box, out int version, out _);
                    header.Skip(version == 1 ? 16 : 8);
                    rate = header.ReadUInt32();
                    break;
                case Mp4BoxTypes.Track when trackBoxes.Count < MediaFileLimits.MaximumTracks:
                    trackBoxes.Add(box);
                    break;
                case Mp4BoxTypes.MovieExtends:
                    extends = box;
                    break;
                case Mp4BoxTypes.CompressedMovie:
                    throw new MediaFileException("The file's table of frames is compressed.");
                default:
                    break;
            }
        }

        var builder = new MediaFileBuilder(extends is null ? MediaFileKind.Mp4 : MediaFileKind.FragmentedMp4);
        var reader = new Mp4TrackReader(walk, rate);
        _tracks = [.. trackBoxes.Select(box => reader.Read(in box)).OfType<Mp4SourceTrack>()];
        Choose(builder);
        List<Mp4TimedSample>[] samples = [.. _tracks.Where(track => track.Number >= 0).Select(track => Mp4SampleTable.Read(track, walk))];
        _interleaver = new Mp4Interleaver(builder);
        FindParameterSets(walk.Source, builder, samples);
        _interleaver.Add(samples);
        if (extends is { } extended)
        {
            ReadExtends(walk, in extended);
            _fragments = new Mp4FragmentReader(_tracks);
            _position = 0;
        }
        else
        {
            _position = walk.FileLength;
        }

        _builder = builder;
    }

    /// <summary>One track of each kind is played: the first that can be.</summary>
    private void Choose(MediaFileBuilder builder)
    {
        HashSet<TrackKind> chosen = [];
        foreach (Mp4SourceTrack track in _tracks)
        {
            foreach (Mp4Format format in track.Formats.Where(format => format.Reason is not null))
            {
                builder.LeaveOut(format.Reason!); // Just seen.
            }

            if (!track.Formats.Exists(format => format.Format is not null))
            {
                continue;
            }

            if (!chosen.Add(track.Kind))
            {
                builder.LeaveOut(track.Kind == TrackKind.Video ? "a further track of pictures" : "a further track of sound");
                continue;
            }

            track.Number = builder.AddTrack();
            track.Entries =
            [
                .. track.Formats.Select(format => format.Format is null
                    ? -1
                    : builder.AddEntry(new MediaFileEntry(track.Number, format.Format, track.Rate, format.LengthSize))),
            ];
        }
    }

    private void ReadExtends(Mp4BoxWalk walk, in Mp4BoxPlace extends)
    {
        foreach (Mp4BoxPlace box in walk.Boxes(extends.Body, extends.End))
        {
            if (box.Type != Mp4BoxTypes.TrackExtends)
            {
                continue;
            }

            SourceCursor cursor = walk.Cursor(in box, out _, out _);
            uint id = cursor.ReadUInt32();
            var defaults = new Mp4FragmentDefaults(cursor.ReadUInt32(), cursor.ReadUInt32(), cursor.ReadUInt32(), cursor.ReadUInt32());
            if (_tracks.Find(track => track.Id == id) is { } found)
            {
                found.Defaults = defaults;
            }
        }
    }

    private void ReadFragments(Mp4BoxWalk walk, long length)
    {
        Mp4BoxPlace? fragment = null;
        foreach (Mp4BoxPlace box in walk.Boxes(_position, length, isTopLevel: true))
        {
            // A fragment counts when the data behind it is there too: the writer may be at it.
            bool isData = box.Type == Mp4BoxTypes.MediaData;
            if (box.IsCut)
            {
                break;
            }

            bool isFragment = box.Type == Mp4BoxTypes.MovieFragment;
            if (fragment is { } place && (isData || isFragment))
            {
                ReadFragment(walk, in place);
                fragment = null;
            }

            fragment = isFragment ? box : fragment;

            _position = fragment?.Start ?? box.End;
        }
    }

    private void ReadFragment(Mp4BoxWalk walk, in Mp4BoxPlace fragment)
    {
        int count = _tracks.Count(track => track.Number >= 0);
        var samples = new List<Mp4TimedSample>[count];
        for (int index = 0; index < count; index++)
        {
            samples[index] = [];
        }

        _fragments!.Read(walk, in fragment, samples); // Only asked for files with fragments.
        FindParameterSets(walk.Source, _interleaver!.Builder, samples);
        _interleaver.Add(samples);
    }

    /// <summary>
    /// In avc3 tracks the parameter sets may come with the pictures only (ISO/IEC 14496-15 5.3.3): they are looked for in the first
    /// keyframe, so that players are told before it.
    /// </summary>
    private void FindParameterSets(IByteSource source, MediaFileBuilder builder, List<Mp4TimedSample>[] samples)
    {
        foreach (Mp4SourceTrack track in _tracks.Where(track => track is { Kind: TrackKind.Video, Number: >= 0 }))
        {
            foreach (Mp4TimedSample timed in samples[track.Number])
            {
                MediaSample first = timed.Sample;
                MediaFileEntry entry = builder.Entry(first.Entry);
                if (!first.IsKeyframe || entry.Format is not H264Format { Width: 0 } || entry.LengthSize != Avcc.LengthSize)
                {
                    break;
                }

                if (InBandFormat(source, in first) is { } format)
                {
                    builder.Replace(first.Entry, entry with { Format = format });
                }

                break;
            }
        }
    }

    private static H264Format? InBandFormat(IByteSource source, in MediaSample sample)
    {
        byte[] head = new byte[Math.Min(sample.Length, MediaFileLimits.MaximumConfigurationBytes)];
        int read = MediaFile.ReadFully(source, sample.Offset, head);
        var store = new ParameterSetStore();
        int pictureSet = -1;
        foreach (ReadOnlySpan<byte> unit in new Avcc(head.AsSpan(0, read)))
        {
            if (store.TryStore(unit) && PictureParameterSet.TryParse(unit, out PictureParameterSet set))
            {
                pictureSet = set.Id;
            }
        }

        return pictureSet < 0 ? null : store.FormatFor(pictureSet);
    }
}
