using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Running;

public sealed class JobJournalTests
{
    [Fact]
    public void A_journal_comes_back_as_it_was_written()
    {
        using var root = new TempFolder();
        var payload = JobRunBench.SamplePayload();
        var journal = JobJournal.Create(root.Path, payload, State());
        journal.Change(state => state with { Stage = "step_script", SentOffset = 99, Environment = new Dictionary<string, string> { ["id"] = "c1" } });

        var (opened, read) = Assert.NotNull(JobJournal.Open(Assert.Single(JobJournal.Folders(root.Path))));

        Assert.Equal(payload.Token, read.Token);
        Assert.Equal(payload.Steps[0].Script, read.Steps[0].Script);
        Assert.Equal(("step_script", 99L, "c1"), (opened.State.Stage, opened.State.SentOffset, opened.State.Environment!["id"]));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Nobody_else_can_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits");
        using var root = new TempFolder();
        var journal = JobJournal.Create(root.Path, new JobPayload(), State());
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(journal.Folder) & others);
        foreach (var file in Directory.GetFiles(journal.Folder))
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & others);
        }
    }

    [Fact]
    public void A_torn_journal_is_no_journal()
    {
        using var root = new TempFolder();
        var journal = JobJournal.Create(root.Path, new JobPayload(), State());
        File.WriteAllText(Path.Combine(journal.Folder, "state.json"), "{\"job_id\":");

        Assert.Null(JobJournal.Open(journal.Folder));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_in_its_script_has_everything_on_disk_that_a_later_process_needs()
    {
        using var bench = new JobRunBench();
        JournalState? seen = null;
        bench.Executor.Entered = stage => seen = stage != "step_script" ? seen
            : JobJournal.Open(Assert.Single(JobJournal.Folders(bench.Folder)))?.Journal.State;

        await bench.RunAsync();

        Assert.NotNull(seen);
        Assert.Equal((42L, "abcdefghi", "scripted", true, "step_script"), (seen.JobId, seen.RunnerShortToken, seen.Executor, seen.Accepted, seen.Stage));
        Assert.Equal("runner-abcdefghi-project-7-concurrent-0", seen.Environment!["place"]);
        Assert.Null(seen.Verdict);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_report_that_never_arrives_stays_in_the_journal()
    {
        using var bench = new JobRunBench().On("step_script", "exit 3");
        bench.Link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Succeeded, false, null));
        for (var i = 0; i < 100; i++)
        {
            bench.Link.UpdateAnswers.Enqueue(new UpdateAnswer(UpdateResult.Failed, false, null));
        }

        bench.Runner = bench.Runner with { FinalUpdateRetryLimit = 3 };
        await bench.RunAsync();

        var (journal, _) = Assert.NotNull(JobJournal.Open(Assert.Single(JobJournal.Folders(bench.Folder))));
        Assert.Equal(new JournalVerdict(false, "script_failure", 3), journal.State.Verdict);
        Assert.EndsWith("ERROR: Job failed: exit status 3\n", LogText.Plain(File.ReadAllText(journal.SpoolPath)), StringComparison.Ordinal);
    }

    private static JournalState State() => new()
    {
        JobId = 5,
        RunnerShortToken = "abc",
        RunnerName = "bench",
        Executor = "scripted",
        Received = DateTimeOffset.UnixEpoch,
    };
}
