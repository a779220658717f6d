using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Gantry.Engine.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Engine.Tests.Processes;

public sealed class ChildProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Output_error_and_exit_code_come_back()
    {
        var run = await ChildProcess.RunAsync(Bash("echo out; echo err >&2; exit 3"), 1000, TestContext.Current.CancellationToken);

        Assert.Equal("out\n", Encoding.UTF8.GetString(run.Output));
        Assert.Equal("err\n", run.Error);
        Assert.Equal(new ProcessExit(3, 0, false), run.Exit);
        Assert.Equal("exit status 3", run.Exit.Text);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_signal_is_told_by_its_name()
    {
        var run = await ChildProcess.RunAsync(Bash("kill -KILL $$"), 1000, TestContext.Current.CancellationToken);

        Assert.Equal((-1, 9, "signal: killed"), (run.Exit.Code, run.Exit.Signal, run.Exit.Text));
    }

    /// <summary>Of a pipe, what <c>head</c> read too much would be lost to the commands after it.</summary>
    [Fact(Timeout = 30_000)]
    public async Task A_program_can_go_back_in_its_input()
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = "sh", Arguments = ["-c", "head -n 1 > /dev/null; cat"], Input = ProcessInput.Of("one\ntwo\nthree\n"u8.ToArray()) },
            1000, TestContext.Current.CancellationToken);

        Assert.Equal("two\nthree\n", System.Text.Encoding.UTF8.GetString(run.Output));
    }

    [Fact(Timeout = 30_000)]
    public async Task Input_larger_than_a_pipe_is_fed_while_output_is_read()
    {
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"line {i}\n")));

        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = "cat", Input = ProcessInput.Of(content) }, 10_000_000, TestContext.Current.CancellationToken);

        Assert.Equal(content, run.Output);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_child_that_does_not_read_its_input_is_no_failure()
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = "true", Input = ProcessInput.Of(new byte[1_000_000]) }, 10, TestContext.Current.CancellationToken);

        Assert.True(run.Exit.IsSuccess);
    }

    [Fact(Timeout = 30_000)]
    public async Task Without_input_the_child_reads_an_end_at_once()
    {
        var run = await ChildProcess.RunAsync(Bash("cat; echo done"), 100, TestContext.Current.CancellationToken);

        Assert.Equal("done\n", Encoding.UTF8.GetString(run.Output));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_working_folder_and_the_environment_are_the_ones_asked_for()
    {
        var start = Bash("pwd; echo \"$GANTRY_A-$GANTRY_B-${HOME-unset}\"") with
        {
            WorkingFolder = "/usr",
            Environment = new ProcessEnvironment
            {
                Keep = name => name == "PATH",
                Set = new Dictionary<string, string?> { ["GANTRY_A"] = "ä=1", ["GANTRY_B"] = null },
            },
        };

        var run = await ChildProcess.RunAsync(start, 1000, TestContext.Current.CancellationToken);

        Assert.Equal("/usr\nä=1--unset\n", Encoding.UTF8.GetString(run.Output));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_runners_environment_is_inherited()
    {
        var run = await ChildProcess.RunAsync(Bash("echo \"$PATH\""), 10_000, TestContext.Current.CancellationToken);

        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), Encoding.UTF8.GetString(run.Output).Trim());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_child_has_its_own_session_default_signals_and_three_descriptors()
    {
        var ids = Encoding.UTF8.GetString((await ChildProcess.RunAsync(
            Bash("echo $$ $(cut -d' ' -f5,6 /proc/$$/stat); ls /proc/$$/fd; :"), 10_000, TestContext.Current.CancellationToken)).Output);
        var status = Encoding.UTF8.GetString((await ChildProcess.RunAsync(
            new ProcessStart { FileName = "grep", Arguments = ["-E", "^Sig(Blk|Ign)", "/proc/self/status"] },
            10_000, TestContext.Current.CancellationToken)).Output);

        var lines = ids.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var id = lines[0].Split(' ')[0];
        Assert.Equal($"{id} {id} {id}", lines[0]);
        // 255 is bash's own.
        Assert.Equal(["0", "1", "2"], lines[1..].Where(name => name != "255"));
        // The first 31 are the signals of programs; above are those of the C library and the real-time ones.
        Assert.All(
            status.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Equal(0UL, Convert.ToUInt64(line[^16..], 16) & 0x7FFF_FFFF));
    }

    [Theory]
    [InlineData("/no/such/program", null, "failed to start process: /no/such/program: No such file or directory")]
    [InlineData("no-such-program-here", null, "failed to start process: no-such-program-here: executable file not found in $PATH")]
    [InlineData("/etc/passwd", null, "failed to start process: /etc/passwd: Permission denied")]
    [InlineData("true", "/no/such/folder", "failed to start process: true: the folder /no/such/folder does not exist")]
    public void A_program_that_cannot_be_started_says_why(string file, string? folder, string message) => Assert.Equal(
        message,
        Assert.Throws<ProcessException>(() => ChildProcess.Start(new ProcessStart { FileName = file, WorkingFolder = folder })).Message);

    [Fact(Timeout = 60_000)]
    public async Task Fifty_megabytes_arrive_complete_and_in_order()
    {
        // 'yes' with numbers: every byte is predictable, and the writer is faster than most readers.
        const int Lines = 6_000_000;
        var expected = new Crc32();
        long expectedLength = 0;
        var line = new byte[16];
        for (var i = 1; i <= Lines; i++)
        {
            i.TryFormat(line, out var length, default, CultureInfo.InvariantCulture);
            line[length] = (byte)'\n';
            expected.Append(line.AsSpan(0, length + 1));
            expectedLength += length + 1;
        }

        var actual = new Crc32();
        long actualLength = 0;
        await using var child = ChildProcess.Start(Bash($"seq 1 {Lines}") with
        {
            Output = ProcessOutput.To(bytes =>
            {
                actual.Append(bytes);
                actualLength += bytes.Length;
            }),
        });
        await child.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expectedLength, actualLength);
        Assert.Equal(expected.GetCurrentHashAsUInt32(), actual.GetCurrentHashAsUInt32());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_terminates_the_group_and_lets_it_clean_up()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new StringBuilder();
        await using var child = ChildProcess.Start(
            Bash("trap 'echo bye; exit 1' TERM; (trap 'echo child bye; exit' TERM; sleep 100 & echo ready; wait) & wait") with
            {
                Output = ProcessOutput.To(bytes =>
                {
                    output.Append(Encoding.UTF8.GetString(bytes));
                    if (output.ToString().Contains("ready", StringComparison.Ordinal))
                    {
                        cancel.CancelAfter(0);
                    }
                }),
            });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => child.WaitAsync(cancel.Token));

        Assert.Contains("bye", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("child bye", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(ProcessGroup.Members(child.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_ignores_the_terminate_signal_is_killed_after_the_wait()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var child = ChildProcess.Start(Bash("trap '' TERM; echo ready; (set -m; sleep 100 & wait) & sleep 100") with
        {
            TerminateWait = TimeSpan.FromMilliseconds(200),
            Output = ProcessOutput.To(_ => cancel.CancelAfter(0)),
        });
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => child.WaitAsync(cancel.Token));

        Assert.Equal("signal: killed", (await child.Exited).Text);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 150, 10_000);
        Assert.Empty(ProcessGroup.Members(child.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_background_process_that_holds_the_output_does_not_hold_the_end()
    {
        var time = new FakeTimeProvider();
        var output = new StringBuilder();
        var all = new TaskCompletionSource();
        await using var child = ChildProcess.Start(Bash("sleep 1000 & echo started; echo last words") with
        {
            Time = time,
            Output = ProcessOutput.To(bytes =>
            {
                output.Append(Encoding.UTF8.GetString(bytes));
                if (output.ToString().EndsWith("words\n", StringComparison.Ordinal))
                {
                    all.SetResult();
                }
            }),
        });
        await all.Task.WaitAsync(Token);
        while (!child.Exited.IsCompleted)
        {
            // The two seconds start when the end of bash is seen, which no one tells the test.
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.True((await child.Exited).IsSuccess);
        Assert.True(child.HasLeftovers);
        Assert.Single(ProcessGroup.Members(child.Id));

        await child.DisposeAsync();
        Assert.Empty(ProcessGroup.Members(child.Id));
    }

    [Fact(Timeout = 30_000)]
    public async Task Output_through_a_helper_that_outlives_the_script_is_complete()
    {
        var run = await ChildProcess.RunAsync(
            Bash("exec > >(while read -r l; do echo \"tee: $l\"; done; sleep 0.3; echo end of tee); for i in 1 2 3; do echo $i; done"),
            1000, TestContext.Current.CancellationToken);

        Assert.Equal("tee: 1\ntee: 2\ntee: 3\nend of tee\n", Encoding.UTF8.GetString(run.Output));
    }

    [Fact(Timeout = 30_000)]
    public async Task Streams_work_in_both_directions_at_once()
    {
        await using var child = ChildProcess.Start(new ProcessStart
        {
            FileName = "cat",
            Input = ProcessInput.Written,
            Output = ProcessOutput.Read,
        });
        var content = new byte[3_000_000];
        new Random(7).NextBytes(content);

        var reading = ReadAllAsync(child.Output);
        await using (child.Input)
        {
            await child.Input.WriteAsync(content, TestContext.Current.CancellationToken);
        }

        Assert.Equal(content, await reading);
        Assert.True((await child.WaitAsync(Token)).IsSuccess);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_reader_that_leaves_does_not_block_the_child()
    {
        await using var child = ChildProcess.Start(Bash("seq 1 1000000") with { Output = ProcessOutput.Read });

        await child.Output.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken);
        await child.Output.DisposeAsync();

        Assert.True((await child.WaitAsync(Token)).IsSuccess);
    }

    [Fact(Timeout = 30_000)]
    public async Task Writing_to_a_child_that_reads_no_more_fails_as_a_broken_pipe()
    {
        await using var child = ChildProcess.Start(Bash("exec <&-; sleep 0.1") with { Input = ProcessInput.Written });

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await child.Input.WriteAsync(new byte[100_000], TestContext.Current.CancellationToken);
            }
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task Output_that_cannot_be_kept_ends_the_child_and_is_told()
    {
        await using var child = ChildProcess.Start(Bash("while :; do echo x; done") with
        {
            Output = ProcessOutput.To(_ => throw new IOException("no space left")),
        });

        var failure = await Assert.ThrowsAsync<ProcessException>(() => child.WaitAsync(TestContext.Current.CancellationToken));

        Assert.Equal("the output of bash could not be kept: no space left", failure.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task Disposing_kills_what_runs()
    {
        var child = ChildProcess.Start(Bash("sleep 1000 & sleep 1000"));

        await child.DisposeAsync();

        Assert.Empty(ProcessGroup.Members(child.Id));
        Assert.Equal("signal: killed", (await child.Exited.WaitAsync(TestContext.Current.CancellationToken)).Text);
    }

    [Fact(Timeout = 60_000)]
    public async Task Many_children_at_once_leave_no_descriptor_open()
    {
        var before = Directory.GetFiles("/proc/self/fd").Length;

        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
            {
                var run = await ChildProcess.RunAsync(Bash($"echo {i}"), 100, TestContext.Current.CancellationToken);
                Assert.Equal($"{i}\n", Encoding.UTF8.GetString(run.Output));
            }));
        }

        // Other tests run at the same time; two hundred forgotten children would be a thousand descriptors.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 150);
    }

    private static ProcessStart Bash(string script) => new() { FileName = "bash", Arguments = ["-c", script] };

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }
}
