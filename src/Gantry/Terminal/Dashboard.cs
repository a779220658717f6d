using System.Globalization;
using Gantry.Runner.Control;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Gantry.Terminal;

/// <summary>The screen of <c>gantry top</c>. Processor use is what a job used between two looks.</summary>
internal sealed class Dashboard(ITerminal terminal, TimeProvider time)
{
    private readonly Dictionary<long, (double Cpu, long Stamp)> _earlier = [];
    private readonly Dictionary<long, double> _use = [];

    /// <summary>One look, as plain as the output is.</summary>
    public void Print(DaemonStatus status)
    {
        Note(status);
        var console = Console();
        console.Profile.Width = terminal.OutputIsTerminal ? console.Profile.Width : 160;
        console.Write(Screen(status));
    }

    /// <summary>Looks again and again until the token fires or the daemon ends.</summary>
    public async Task RunAsync(Func<CancellationToken, Task<DaemonStatus>> look, TimeSpan interval, CancellationToken cancellationToken)
    {
        var console = Console();
        var first = await look(cancellationToken);
        Note(first);
        await console.Live(Screen(first)).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            while (true)
            {
                await Task.Delay(interval, time, cancellationToken);
                var status = await look(cancellationToken);
                Note(status);
                live.UpdateTarget(Screen(status));
            }
        });
    }

    private IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(terminal.Output),
        Ansi = terminal.OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        ColorSystem = terminal.OutputIsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });

    private void Note(DaemonStatus status)
    {
        var now = time.GetTimestamp();
        foreach (var job in status.Jobs)
        {
            if (job.CpuSeconds is not { } cpu)
            {
                _use.Remove(job.Id);
                continue;
            }

            if (_earlier.TryGetValue(job.Id, out var before) && time.GetElapsedTime(before.Stamp, now).TotalSeconds is > 0 and var seconds)
            {
                // A new stage is a new process, which counts from zero.
                _use[job.Id] = Math.Max(0, cpu >= before.Cpu ? cpu - before.Cpu : cpu) / seconds;
            }

            _earlier[job.Id] = (cpu, now);
        }

        foreach (var gone in _earlier.Keys.Except(status.Jobs.Select(job => job.Id)).ToList())
        {
            _earlier.Remove(gone);
            _use.Remove(gone);
        }
    }

    private Rows Screen(DaemonStatus status) => new(Head(status), Jobs(status), Runners(status));

    private Markup Head(DaemonStatus status)
    {
        var color = status.State == "running" ? status.Draining ? "yellow" : "green" : "red";
        var up = time.GetUtcNow() - status.Started;
        var broken = status.ConfigBroken ? "\n[red]the file on disk is broken; an earlier configuration is in force (gantry lint)[/]" : "";
        return new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]gantry[/] {Markup.Escape(status.Version)}  [{color}]{status.State}{(status.Draining ? ", draining" : "")}[/]  pid {status.ProcessId}  up {Span(up.TotalSeconds)}  {Size(status.MemoryBytes)}\n"
            + $"jobs [bold]{status.Jobs.Count}[/]/{status.Concurrent}  {Bar(status.Jobs.Count, status.Concurrent)}  received {status.JobsReceived}  failed {status.JobsFailed}  [grey]{Markup.Escape(status.ConfigPath)}[/]{broken}"));
    }

    private IRenderable Jobs(DaemonStatus status)
    {
        if (status.Jobs.Count == 0)
        {
            return new Markup("\n[grey]no job is running[/]\n");
        }

        var table = new Table().Border(TableBorder.Simple).Expand();
        table.AddColumns("job", "project", "name", "stage", "runner");
        foreach (var column in (string[])["in stage", "time", "cpu", "memory"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var job in status.Jobs)
        {
            table.AddRow(
                Cell(job.Id.ToString(CultureInfo.InvariantCulture)), Cell(job.Project), Cell(job.Name), Stage(job.Stage), Cell(job.Runner),
                Cell(Span(job.StageSeconds)), Cell(Span(job.Seconds)),
                Cell(_use.TryGetValue(job.Id, out var use) ? use.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal) : "-"),
                Cell(job.MemoryBytes is { } bytes ? Size(bytes) : "-"));
        }

        return table;
    }

    private static Table Runners(DaemonStatus status)
    {
        var table = new Table().Border(TableBorder.Simple).Expand();
        table.AddColumns("runner", "executor", "server", "state");
        table.AddColumn(new TableColumn("jobs").RightAligned());
        table.AddColumn(new TableColumn("requests").RightAligned());
        foreach (var runner in status.Runners)
        {
            var color = runner.State == "polling" ? "green" : "red";
            var jobs = runner.Limit > 0 ? $"{runner.Jobs}/{runner.Limit}" : $"{runner.Jobs}";
            table.AddRow(
                Cell($"{runner.Name} ({runner.ShortToken})"), Cell(runner.Executor), Cell(runner.Url), new Markup($"[{color}]{Markup.Escape(runner.State)}[/]"),
                Cell(jobs), Cell(runner.Requests.ToString(CultureInfo.InvariantCulture)));
        }

        return table;
    }

    private static Markup Stage(string stage) => new(stage switch
    {
        "" => "[grey]waiting[/]",
        "prepare_executor" or "prepare_script" or "get_sources" or "restore_cache" or "download_artifacts" => $"[blue]{Markup.Escape(stage)}[/]",
        "after_script" => "[yellow]after_script[/]",
        _ when stage.StartsWith("step_", StringComparison.Ordinal) => $"[green]{Markup.Escape(stage)}[/]",
        _ => $"[magenta]{Markup.Escape(stage)}[/]",
    });

    private static Text Cell(string text) => new(text);

    private static string Bar(int used, int all)
    {
        const int Width = 20;
        var full = all <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(used * (double)Width / all), 0, Width);
        return $"[green]{new string('█', full)}[/][grey]{new string('░', Width - full)}[/]";
    }

    private static string Span(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Max(0, seconds));
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}h{span.Minutes:00}m")
            : string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}m{span.Seconds:00}s");
    }

    private static string Size(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0} MiB");
}
