using System.Text;
using Gantry.Coordinator.Traces;

namespace Gantry.Coordinator.Tests.Traces;

public sealed class TraceStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Bytes_are_taken_only_at_the_end_of_the_log()
    {
        var token = TestContext.Current.CancellationToken;
        using var traces = new TraceStore(_folder.Path);

        Assert.Equal(new TraceAppend(true, 5), await traces.AppendAsync(1, 0, "hello"u8.ToArray(), token));
        Assert.Equal(new TraceAppend(false, 5), await traces.AppendAsync(1, 3, "again"u8.ToArray(), token));
        Assert.Equal(new TraceAppend(false, 5), await traces.AppendAsync(1, 9, "later"u8.ToArray(), token));
        Assert.Equal(new TraceAppend(true, 11), await traces.AppendAsync(1, 5, " world"u8.ToArray(), token));
        Assert.Equal("hello world", await TextAsync(traces, 1));
    }

    [Fact(Timeout = 30_000)]
    public async Task Size_and_checksum_survive_a_restart()
    {
        var token = TestContext.Current.CancellationToken;
        using (var traces = new TraceStore(_folder.Path))
        {
            await traces.AppendAsync(1, 0, "12345"u8.ToArray(), token);
        }

        using var again = new TraceStore(_folder.Path);
        Assert.Equal(5, again.Size(1));
        await again.AppendAsync(1, 5, "6789"u8.ToArray(), token);

        // The check value of CRC-32.
        Assert.Equal("crc32:cbf43926", await again.ChecksumAsync(1, token));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tail_follows_the_log_to_its_end()
    {
        var token = TestContext.Current.CancellationToken;
        using var traces = new TraceStore(_folder.Path);
        await traces.AppendAsync(1, 0, "one "u8.ToArray(), token);
        var tail = ReadAsync(traces.TailAsync(1, 0, () => Task.FromResult(false), token));

        await traces.AppendAsync(1, 4, "two "u8.ToArray(), token);
        Assert.True(traces.IsWatched(1));
        await traces.AppendAsync(1, 8, "three"u8.ToArray(), token);
        await traces.CompleteAsync(1, token);

        Assert.Equal("one two three", await tail);
        Assert.False(traces.IsWatched(1));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tail_of_a_finished_log_ends_at_its_end()
    {
        var token = TestContext.Current.CancellationToken;
        using var traces = new TraceStore(_folder.Path);
        await traces.AppendAsync(1, 0, "all of it"u8.ToArray(), token);
        await traces.CompleteAsync(1, token);

        Assert.Equal("of it", await ReadAsync(traces.TailAsync(1, 4, () => Task.FromResult(true), token)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_tail_may_begin_before_the_log()
    {
        var token = TestContext.Current.CancellationToken;
        using var traces = new TraceStore(_folder.Path);
        var tail = ReadAsync(traces.TailAsync(7, 0, () => Task.FromResult(false), token));

        await traces.AppendAsync(7, 0, "first"u8.ToArray(), token);
        await traces.CompleteAsync(7, token);

        Assert.Equal("first", await tail);
    }

    [Fact(Timeout = 30_000)]
    public async Task Many_writers_and_readers_of_one_log_agree()
    {
        var token = TestContext.Current.CancellationToken;
        using var traces = new TraceStore(_folder.Path);
        var tails = Enumerable.Range(0, 8).Select(_ => ReadAsync(traces.TailAsync(1, 0, () => Task.FromResult(false), token))).ToList();
        var writers = Enumerable.Range(0, 4).Select(number => Task.Run(
            async () =>
            {
                for (var line = 0; line < 100; line++)
                {
                    await traces.AppendAsync(1, Encoding.UTF8.GetBytes($"{number} {line}\n"), token);
                }
            },
            token));

        await Task.WhenAll(writers);
        await traces.CompleteAsync(1, token);
        var log = await TextAsync(traces, 1);

        Assert.Equal(400, log.Count(c => c == '\n'));
        foreach (var tail in await Task.WhenAll(tails))
        {
            Assert.Equal(log, tail);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_deleted_log_is_gone()
    {
        var token = TestContext.Current.CancellationToken;
        using var traces = new TraceStore(_folder.Path);
        await traces.AppendAsync(1, 0, "x"u8.ToArray(), token);
        await traces.DeleteAsync(1, token);

        Assert.False(traces.Exists(1));
        Assert.Equal(0, traces.Size(1));
        Assert.Null(traces.OpenRead(1));
    }

    private static async Task<string> ReadAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        using var all = new MemoryStream();
        await foreach (var piece in pieces)
        {
            all.Write(piece.Span);
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    private static async Task<string> TextAsync(TraceStore traces, long jobId)
    {
        var token = TestContext.Current.CancellationToken;
        await using var file = traces.OpenRead(jobId);
        using var reader = new StreamReader(file!);
        return await reader.ReadToEndAsync(token);
    }
}
