using System.Globalization;
using System.Text;
using Gantry.Engine.Processes;
using Gantry.Executors.Kubernetes.Running;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>What is run in pods, run here: no container, the shell and the programs of this machine.</summary>
public sealed class PodProgramTests : IDisposable
{
    private const int Limit = 20_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-pod").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Script => Path.Combine(_folder, "1");

    [Fact(Timeout = Limit)]
    public async Task What_a_script_prints_can_be_read_from_any_byte_although_nobody_read_it_before()
    {
        const string Text = "seq 1 20000\nprintf 'end\\0' >&2\nexit 3\n";
        var expected = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, 20_000)) + "\nend\0");
        await using (var lost = Start(Text))
        {
            // Nothing of it is read: the pipe of its output is full, and the connection gone.
            await ThereIsAsync(() => File.Exists(Path.Combine(Script, "live")));
            foreach (var offset in (int[])[0, 1, 32_768, 40_000, 65_536, expected.Length])
            {
                var (output, mark) = await FollowAsync(offset);
                Assert.Equal(expected[offset..], output);
                Assert.Equal(3, await mark.Ended.WaitAsync(Token));
            }
        }

        Assert.False(File.Exists(Path.Combine(Script, "script")));
    }

    [Fact(Timeout = Limit)]
    public async Task A_script_that_did_not_come_whole_does_not_begin_and_one_that_was_given_up_neither()
    {
        var mark = new EndMark(_ => { });
        var half = await RunAsync(PodPrograms.ToStart(Script, mark, 100, ["sh"]), $"echo > {_folder}/begun\n", mark);
        Assert.False(mark.HasBegun);
        Assert.Equal(1, half.Exit.Code);

        Assert.True((await FollowAsync(0, begun: false)).Mark.NeverBegan);
        Assert.False(File.Exists(Path.Combine(_folder, "begun")));

        Directory.CreateDirectory(Path.Combine(_folder, "2"));
        var (_, gone) = await FollowAsync(7, folder: Path.Combine(_folder, "3"));
        Assert.True(gone.IsGone);
    }

    [Fact(Timeout = Limit)]
    public async Task A_shell_that_was_killed_is_told_from_one_that_ended()
    {
        await using var start = Start("echo begun; kill -9 $PPID; exit 0\n");
        await start.WaitAsync(Token);

        var (output, mark) = await FollowAsync(0);

        Assert.Equal("begun\n", Encoding.UTF8.GetString(output));
        Assert.True(mark.WasKilled);
    }

    [Fact(Timeout = Limit)]
    public async Task What_the_runner_has_is_removed_and_the_rest_can_still_be_read()
    {
        Directory.CreateDirectory(Path.Combine(Script, "go"));
        foreach (var (at, text) in ((int, string)[])[(0, "one"), (3, "two2"), (7, "three"), (12, "")])
        {
            await File.WriteAllTextAsync(Path.Combine(Script, at.ToString(CultureInfo.InvariantCulture)), text, Token);
        }

        await File.WriteAllTextAsync(Path.Combine(Script, "status"), "0\n", Token);
        await File.WriteAllTextAsync(Path.Combine(Script, "eof"), "", Token);

        await RunAsync(PodPrograms.ToTrim(Script, 8), "", new EndMark(_ => { }));

        Assert.Equal(["12", "7", "eof", "status"], Directory.GetFiles(Script).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var (output, mark) = await FollowAsync(8);
        Assert.Equal("hree", Encoding.UTF8.GetString(output));
        Assert.Equal(0, await mark.Ended.WaitAsync(Token));
    }

    [Fact(Timeout = Limit)]
    public async Task The_piece_that_the_runner_had_last_stays_although_there_is_another()
    {
        Directory.CreateDirectory(Script);
        foreach (var at in (string[])["0", "3", "7"])
        {
            await File.WriteAllTextAsync(Path.Combine(Script, at), "", Token);
        }

        // Who shows the output may not have seen the next one.
        await RunAsync(PodPrograms.ToTrim(Script, 7), "", new EndMark(_ => { }));

        Assert.Equal(["3", "7"], Directory.GetFiles(Script).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Output_that_cannot_be_kept_any_more_is_shown_while_the_connection_holds()
    {
        var text = $"rm -rf {Script}\nhead -c 40000000 /dev/zero\n";
        var mark = new EndMark(_ => { });

        // More than goes into the piece that was open.
        var run = await RunAsync(["sh", "-c", "\"$@\" | wc -c", "sh", .. PodPrograms.ToStart(Script, mark, text.Length, ["sh"])], text, mark);

        Assert.Equal("40000000", Encoding.UTF8.GetString(run.Output).Trim());
    }

    [Fact(Timeout = Limit)]
    public async Task Output_goes_on_when_the_job_has_ended_what_keeps_it()
    {
        var text = "for p in /proc/[0-9]*; do [ \"$(tr '\\0' ' ' < $p/cmdline 2>/dev/null)\" = 'tee " + Script + "/0 ' ] && kill -9 ${p#/proc/}; done\n"
            + "for i in 1 2 3; do echo $i; sleep 0.1; done; exit 4\n";
        var mark = new EndMark(_ => { });

        var run = await RunAsync(PodPrograms.ToStart(Script, mark, text.Length, ["sh"]), text, mark);

        Assert.EndsWith("3\n", Encoding.UTF8.GetString(run.Output), StringComparison.Ordinal);
        Assert.Equal(4, await mark.Ended.WaitAsync(Token));
    }

    [Fact(Timeout = Limit)]
    public async Task Whoever_reads_on_waits_for_bytes_that_were_shown_before_they_were_kept()
    {
        Directory.CreateDirectory(Path.Combine(Script, "go"));
        await File.WriteAllTextAsync(Path.Combine(Script, "0"), "abc", Token);
        var words = PodPrograms.ToFollow(Script, new EndMark(_ => { }), 5, begun: true);
        await using var follow = ChildProcess.Start(new ProcessStart { FileName = words[0], Arguments = [.. words.Skip(1)], Output = ProcessOutput.Read, Error = ProcessOutput.Dropped });
        // It has looked at the piece, and looks again in a moment.
        await ThereIsAsync(() => File.ReadAllText($"/proc/{follow.Id}/task/{follow.Id}/children").Trim() is { Length: > 0 } child && Name(child) == "sleep");

        await File.AppendAllTextAsync(Path.Combine(Script, "0"), "defg", Token);
        await File.WriteAllTextAsync(Path.Combine(Script, "eof"), "", Token);
        await File.WriteAllTextAsync(Path.Combine(Script, "status"), "0\n", Token);

        using var output = new MemoryStream();
        await follow.Output.CopyToAsync(output, Token);
        Assert.Equal("fg", Encoding.UTF8.GetString(output.ToArray()));

        static string Name(string process)
        {
            try
            {
                return File.ReadAllText($"/proc/{process}/comm").Trim();
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task A_process_that_has_the_number_of_the_one_that_showed_the_output_is_left_alone()
    {
        await using var other = ChildProcess.Start(new ProcessStart { FileName = "sleep", Arguments = ["60"], Output = ProcessOutput.Dropped });
        Directory.CreateDirectory(Path.Combine(Script, "go"));
        foreach (var (name, text) in ((string, string)[])[("live", $"{other.Id} 1\n"), ("pid", $"{other.Id} 1\n"), ("0", "shown\n")])
        {
            await File.WriteAllTextAsync(Path.Combine(Script, name), text, Token);
        }

        var (output, mark) = await FollowAsync(0);

        Assert.Equal("shown\n", Encoding.UTF8.GetString(output));
        Assert.True(mark.WasKilled);
        Assert.Contains(") S ", await File.ReadAllTextAsync($"/proc/{other.Id}/stat", Token), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Without_the_programs_the_script_runs_as_it_comes()
    {
        var mark = new EndMark(_ => { });
        var words = PodPrograms.ToStart(Script, mark, 100, ["/bin/sh"]);

        var run = await RunAsync(["/usr/bin/env", "-i", "PATH=/nowhere", "/bin/sh", .. words.Skip(1)], "echo ran; exit 5\n", mark);

        Assert.True(mark.IsPlain);
        Assert.Equal(5, await mark.Ended.WaitAsync(Token));
        Assert.Equal("ran\n", Encoding.UTF8.GetString(run.Output));
        // With fewer of them missing it is known that it ran, so nobody starts it again.
        Directory.CreateDirectory(Path.Combine(Script, "go"));
        await File.WriteAllTextAsync(Path.Combine(Script, "plain"), "", Token);
        Assert.True((await FollowAsync(0, begun: false)).Mark.IsPlain);
        // Where there can be no folder, it ran without one.
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", Token);
        Assert.True((await FollowAsync(0, begun: false, Path.Combine(_folder, "file", "1"))).Mark.IsPlain);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ChildProcess Start(string text) => ChildProcess.Start(new ProcessStart
    {
        FileName = "sh",
        Arguments = [.. PodPrograms.ToStart(Script, new EndMark(_ => { }), text.Length, ["sh"]).Skip(1)],
        Input = ProcessInput.Of(Encoding.UTF8.GetBytes(text)),
        Output = ProcessOutput.Read,
    });

    private async Task<(byte[] Output, EndMark Mark)> FollowAsync(long from, bool begun = true, string? folder = null)
    {
        var mark = new EndMark(_ => { });
        var run = await RunAsync(PodPrograms.ToFollow(folder ?? Script, mark, from, begun), "", mark);
        return (run.Output, mark);
    }

    private static async Task<CapturedRun> RunAsync(IReadOnlyList<string> words, string input, EndMark mark)
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = words[0], Arguments = [.. words.Skip(1)], Input = ProcessInput.Of(Encoding.UTF8.GetBytes(input)) }, 1 << 20, Token);
        mark.Take(Encoding.UTF8.GetBytes(run.Error));
        return run;
    }

    private static async Task ThereIsAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Token);
        }
    }
}
