using System.Net.Sockets;
using MediaGateway.Testing;
using MediaGateway.Tests.Hooks;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Vod;
using Xunit;

namespace MediaGateway.Tests.Vod;

public sealed class VodCatalogTests : IDisposable
{
    private readonly VodFolder _folder = new();

    public static TheoryData<string> Hostile => [.. HostileNames.All];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mp4:dir/clip.mp4")]
    [InlineData("mp4:dir/clip")]
    [InlineData("dir/clip.mp4")]
    [InlineData("dir/clip")]
    [InlineData("dir/mp4:clip")]
    [InlineData("_definst_/mp4:dir/clip.mp4")]
    [InlineData("mp4:dir/clip/")]
    [InlineData("flv:dir/clip")]
    [InlineData("//dir//clip.mp4")]
    public async Task Names_OfAllForms_FindTheFile(string name)
    {
        _folder.Write("dir/clip.mp4", SmallMp4.Make(1));

        VodOpening opening = await _folder.OpenAsync(name);

        Assert.Null(opening.Refusal);
        Assert.Equal(65, opening.File!.Index.Count);
        opening.File.Dispose();
        Assert.True((await _folder.OpenAsync(name, "records")).IsMissing);
    }

    [Theory]
    [InlineData("clip", ".flv")]
    [InlineData("mp4:clip", ".mp4")]
    [InlineData("mp3:clip", ".mp3")]
    [InlineData("clip.mov", ".mov")]
    public async Task NameWithoutExtension_IsThatOfItsPrefix(string name, string extension)
    {
        foreach (string each in new[] { ".flv", ".mp4", ".mp3", ".mov" })
        {
            _folder.Write("clip" + each, SmallMp4.Make(1));
        }

        VodOpening opening = await _folder.OpenAsync(name);

        Assert.EndsWith(extension, opening.File!.Path, StringComparison.Ordinal);
        opening.File.Dispose();
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task HostileName_OpensNothing(string name)
    {
        VodOpening opening = await _folder.OpenAsync(name);

        Assert.Null(opening.File);
        Assert.True(opening.IsMissing);
        Assert.DoesNotContain("secret", opening.Refusal!, StringComparison.Ordinal);
        Assert.Equal(0, _folder.Catalog.OpenFiles);
    }

    [Fact]
    public async Task FifoSocketOrDevice_IsNoFileAndKeepsNobodyWaiting()
    {
        ToolRun made = await ToolRun.StartAsync("mkfifo", Path.Combine(_folder.Root, "pipe.mp4"));
        await made.SucceedAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.Root, "socket.mp4")));
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "linked.mp4"), "pipe.mp4");
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "zero.mp4"), "/dev/zero");
        Directory.CreateDirectory(Path.Combine(_folder.Root, "folder.mp4"));

        foreach (string name in new[] { "pipe.mp4", "mp4:pipe", "socket.mp4", "linked.mp4", "zero.mp4", "folder.mp4" })
        {
            Assert.True((await _folder.OpenAsync(name).WaitAsync(TestBackend.Patience)).IsMissing, name);
            Assert.True(VodName.TryParse(name, out VodName? parsed, out _));
            Assert.False(_folder.Catalog.Exists("vod", parsed));
            Assert.Null(_folder.Catalog.OpenAsItIs("vod", parsed));
        }

        // What was a file when it was found may be a FIFO when it is opened.
        var root = new VodRoot(["vod"], _folder.Root);
        Assert.Null(await Task.Run(() => VodPaths.TryOpen(root, Path.Combine(_folder.Root, "pipe.mp4"))).WaitAsync(TestBackend.Patience));
        Assert.Equal(0, _folder.Catalog.OpenFiles);
    }

    [Fact]
    public async Task LinkInsideTheRoot_IsFollowed()
    {
        _folder.Write("dir/clip.mp4", SmallMp4.Make(1));
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "inside.mp4"), "dir/clip.mp4");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "loop"), "loop");

        VodOpening opening = await _folder.OpenAsync("inside");

        Assert.EndsWith("dir/clip.mp4", opening.File!.Path, StringComparison.Ordinal);
        opening.File.Dispose();
        Assert.True((await _folder.OpenAsync("loop/clip")).IsMissing);
    }

    [Fact]
    public async Task Index_IsSharedAndReadAnewWhenTheFileChanges()
    {
        _folder.Write("clip.mp4", SmallMp4.Make(1));
        VodOpening[] openings = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => _folder.OpenAsync("clip"))));
        Assert.All(openings, opening => Assert.Same(openings[0].File!.Index, opening.File!.Index));
        Assert.Equal(1, _folder.Catalog.OpenFiles);

        string path = _folder.Write("clip.mp4", SmallMp4.Make(2));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        VodOpening changed = await _folder.OpenAsync("clip");

        Assert.Equal(130, changed.File!.Index.Count);
        Assert.Equal(65, openings[0].File!.Index.Count);
        foreach (VodOpening opening in openings.Append(changed))
        {
            opening.File!.Dispose();
        }

        _folder.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0, _folder.Catalog.OpenFiles);
    }

    [Fact]
    public async Task FileThatGrows_IsReadOn()
    {
        byte[] bytes = TestData.Read("flv", "membrane", "testsrc.flv");
        string path = _folder.Write("growing.flv", bytes[..(bytes.Length / 2)]);
        using VodFile first = (await _folder.OpenAsync("growing")).File!;
        int before = first.Index.Count;
        await using (FileStream file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(bytes.AsSpan(bytes.Length / 2));
        }

        using VodFile second = (await _folder.OpenAsync("growing")).File!;

        Assert.True(second.IsGrowing && first.IsGrowing);
        Assert.True(second.Index.Count > before);
        Assert.Same(first.Index, second.Index);
    }

    [Fact]
    public async Task FileThatCannotBeRead_IsRefusedInWords()
    {
        _folder.Write("bad.mp4", [1, 2, 3]);
        VodOpening opening = await _folder.OpenAsync("bad");

        Assert.False(opening.IsMissing);
        Assert.Equal("The file is neither MP4 nor FLV nor MP3.", opening.Refusal);
    }

    [Fact]
    public async Task OpenFiles_AreBounded()
    {
        using var folder = new VodFolder(options => options.MaximumFiles = 2);
        foreach (string name in new[] { "a.mp4", "b.mp4", "c.mp4" })
        {
            folder.Write(name, SmallMp4.Make(1));
        }

        VodFile first = (await folder.OpenAsync("a")).File!;
        VodFile second = (await folder.OpenAsync("b")).File!;
        Assert.Equal("Too many files are being played.", (await folder.OpenAsync("c")).Refusal);

        first.Dispose();
        using VodFile third = (await folder.OpenAsync("c")).File!;
        Assert.Equal(2, folder.Catalog.OpenFiles);
        second.Dispose();
    }
}
