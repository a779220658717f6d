using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Executors.Ssh;
using Gantry.TestKit.Engine;

namespace Gantry.Executors.Tests.Ssh;

/// <summary>What comes faster than it is read.</summary>
public sealed class BacklogTests(LiveSsh ssh) : IClassFixture<LiveSsh>, IDisposable
{
    private const int Most = 1000;

    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string? Spool => Directory.EnumerateFiles(_folder.Path).SingleOrDefault();

    [Fact]
    public async Task No_more_than_the_limit_waits_in_memory_and_every_byte_is_read_in_its_order()
    {
        using var backlog = new Backlog(_folder.Path, Most);
        var sent = RandomNumberGenerator.GetBytes(50_000);
        var got = new MemoryStream();
        for (var round = 0; round < 2; round++)
        {
            foreach (var chunk in sent.Chunk(300))
            {
                backlog.Add(chunk);
                Assert.InRange(backlog.Held, 0, Most);
            }

            Assert.Equal(sent.Length, backlog.Held + backlog.Spooled);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Spool!));
            await ReadAsync(backlog, got, sent.Length);
            // What was read takes no room on the disk either.
            Assert.Equal((0, 0L, 0L), (backlog.Held, backlog.Spooled, new FileInfo(Spool!).Length));
        }

        backlog.Complete(null);
        Assert.Equal(0, await backlog.ReadAsync(new byte[10], Token));
        Assert.Equal([.. sent, .. sent], got.ToArray());
        backlog.Dispose();
        Assert.Null(Spool);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_after_the_bytes_that_could_be_kept()
    {
        using var backlog = new Backlog(Path.Combine(_folder.Path, "nowhere"), Most);
        backlog.Add(new byte[Most]);
        backlog.Add(new byte[1]);

        await ReadAsync(backlog, new MemoryStream(), Most);
        var lost = await Assert.ThrowsAsync<IOException>(async () => await backlog.ReadAsync(new byte[10], Token));

        Assert.Contains("could not be kept in", lost.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Needs", "Full")]
    public async Task What_an_instance_sends_while_nobody_reads_waits_in_a_file_of_the_job_until_the_connection_is_left()
    {
        const int Lines = 250_000;
        using var connection = await SshConnection.OpenAsync(ssh.Settings, Token);
        var left = new TaskCompletionSource();
        var expected = string.Concat(Enumerable.Range(1, Lines).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n"));
        var stream = await RemoteStream.OpenAsync(
            connection, string.Create(CultureInfo.InvariantCulture, $"seq 1 {Lines}"), _folder.Path, left.SetResult, TimeProvider.System);

        for (var i = 0; i < 2000 && (Spool is not { } file || new FileInfo(file).Length + RemoteStream.MostInMemory < expected.Length); i++)
        {
            await Task.Delay(5, Token);
        }

        Assert.True(new FileInfo(Spool!).Length + RemoteStream.MostInMemory >= expected.Length);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.True(expected == await reader.ReadToEndAsync(Token));
        await stream.DisposeAsync();
        await left.Task.WaitAsync(Token);
        Assert.Null(Spool);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task ReadAsync(Backlog backlog, MemoryStream to, int count)
    {
        var buffer = new byte[777];
        for (var read = 0; read < count;)
        {
            var part = await backlog.ReadAsync(buffer, Token);
            Assert.NotEqual(0, part);
            to.Write(buffer, 0, part);
            read += part;
        }
    }
}
