using System.Buffers.Binary;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Flv;

/// <summary>FLV as it comes: tags one after the other, whatever they come over.</summary>
internal sealed class FlvAnswer(HttpResponseMessage? response, Stream body) : IDisposable
{
    private const int FileHeaderBytes = 13;
    private const int TagHeaderBytes = 11;

    public HttpResponseMessage Response => response ?? throw new InvalidOperationException("It is no HTTP response.");

    /// <summary>Reads the file header: which tracks it promises.</summary>
    public async Task<byte> ReadFlagsAsync()
    {
        byte[] header = await ReadAsync(FileHeaderBytes);
        Assert.Equal("FLV"u8.ToArray(), header[..3]);
        return header[4];
    }

    /// <summary>Reads the next tag.</summary>
    public async Task<FlvTag> ReadTagAsync()
    {
        byte[] header = await ReadAsync(TagHeaderBytes);
        byte[] rest = await ReadAsync(UInt24.ReadBigEndian(header.AsSpan(1)) + sizeof(uint));
        Assert.Equal(header.Length + rest.Length - sizeof(uint), BinaryPrimitives.ReadInt32BigEndian(rest.AsSpan(rest.Length - sizeof(uint))));
        int time = UInt24.ReadBigEndian(header.AsSpan(4)) | (header[7] << 24);
        return new FlvTag(header[0], time, rest[..^sizeof(uint)]);
    }

    /// <summary>Reads tags, as <c>9:17@40</c>: type, first byte, time.</summary>
    public async Task<string> ReadTagsAsync(int count)
    {
        var words = new List<string>();
        for (int number = 0; number < count; number++)
        {
            FlvTag tag = await ReadTagAsync();
            words.Add($"{tag.Type}:{tag.Body[0]:x2}{tag.Body[1]:x2}@{tag.Timestamp}");
        }

        return string.Join(' ', words);
    }

    /// <summary>Reads an answer that is no FLV.</summary>
    public async Task<string> ReadTextAsync()
    {
        using var reader = new StreamReader(body, leaveOpen: true);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Fails unless nothing comes any more.</summary>
    public async Task AssertEndAsync() => Assert.Equal(0, await body.ReadAsync(new byte[1], TestContext.Current.CancellationToken));

    public void Dispose()
    {
        body.Dispose();
        response?.Dispose();
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        await body.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
        return bytes;
    }
}
