using System.Net;

namespace Gantry.Runner.Transfers;

/// <summary>What has come of a download so far, and whether the rest may be asked for.</summary>
internal sealed class PartialFile(string path)
{
    public string Path { get; } = path;

    public long Length { get; private set; }

    /// <summary>Strong entity tag; null: the download has to begin again.</summary>
    public string? Tag { get; private set; }

    /// <summary>The last failure was the connection's, not the disk's.</summary>
    public bool NetworkBroke { get; private set; }

    /// <exception cref="IOException">The connection or the disk broke; what came is kept.</exception>
    public async Task FillAsync(HttpResponseMessage answer, TransferTools tools, CancellationToken cancellationToken)
    {
        NetworkBroke = false;
        var goesOn = answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == Length;
        if (answer.StatusCode == HttpStatusCode.PartialContent && !goesOn)
        {
            Tag = null;
            throw new HttpRequestException("the store sent another part than was asked for");
        }

        Length = goesOn ? Length : 0;
        Tag = answer.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;
        var options = new FileStreamOptions
        {
            Mode = goesOn ? FileMode.Open : FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows() && !goesOn)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var target = new FileStream(Path, options);
        target.Seek(Length, SeekOrigin.Begin);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await using var metered = MeteredStream.Over(body, tools, "Downloading cache", answer.Content.Headers.ContentLength);
        var buffer = new byte[256 * 1024];
        while (await ReadAsync(metered, buffer, cancellationToken) is > 0 and var count)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            Length += count;
        }
    }

    private async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            NetworkBroke = true;
            throw;
        }
    }
}
