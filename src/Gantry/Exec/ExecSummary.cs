using Gantry.Coordinator.Local;
using Gantry.Logs;
using Gantry.Terminal;

namespace Gantry.Exec;

/// <summary>What is said at the end: how long everything took, and why what failed did.</summary>
internal sealed class ExecSummary(ITerminal terminal, LocalCoordinator coordinator)
{
    private const int LastLines = 10;

    public async Task WriteAsync(IReadOnlyList<LocalPipeline> pipelines, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var jobs = pipelines.SelectMany(pipeline => pipeline.Jobs).Where(job => !job.IsRetried).ToList();
        foreach (var job in jobs.Where(job => job.Status == "failed"))
        {
            await WriteFailureAsync(job, cancellationToken);
        }

        Say("");
        var width = jobs.Select(job => job.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var pipeline in pipelines)
        {
            if (pipeline.UpstreamJobId is { } id)
            {
                Say($"Child pipeline of {jobs.FirstOrDefault(job => job.Id == id)?.Name}: {pipeline.Status}");
            }

            foreach (var job in pipeline.Jobs.Where(job => !job.IsRetried))
            {
                Say($"{Coloured(ExecText.Mark(job.Status), job)} {job.Name.PadRight(width)}  {ExecText.State(job)}");
            }
        }

        Say($"Pipeline: {pipelines[0].Status} in {ExecText.Duration(elapsed)}");
    }

    private async Task WriteFailureAsync(LocalJob job, CancellationToken cancellationToken)
    {
        var lines = (await ReadAsync(job, cancellationToken)).Where(ExecText.IsOfTheUser).ToList();
        if (lines.Count == 0)
        {
            return;
        }

        Say("");
        // The last command that the script echoed is the one that ended it.
        var command = lines.LastOrDefault(line => line.Section.StartsWith("step_", StringComparison.Ordinal) && PlainText.WithoutEscapes(line.Text).StartsWith("$ ", StringComparison.Ordinal));
        Say($"{Coloured($"{job.Name} failed", job)}{(command is null ? "" : $" at: {PlainText.WithoutEscapes(command.Text)[2..]}")}");
        foreach (var line in lines.TakeLast(LastLines))
        {
            Say($"  {(terminal.OutputIsTerminal ? line.Text + "\e[0m" : PlainText.WithoutEscapes(line.Text))}");
        }
    }

    private async Task<IReadOnlyList<StoredLine>> ReadAsync(LocalJob job, CancellationToken cancellationToken)
    {
        if (coordinator.OpenLog(job.Id) is not { } stream)
        {
            return [];
        }

        await using (stream)
        {
            var log = new StoredLog();
            var lines = new List<StoredLine>();
            var buffer = new byte[64 * 1024];
            for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                lines.AddRange(log.Push(buffer.AsSpan(0, count)));
            }

            lines.AddRange(log.Finish());
            return lines;
        }
    }

    private string Coloured(string text, LocalJob job) => !terminal.OutputIsTerminal ? text : job.Status switch
    {
        "success" => $"\e[32m{text}\e[0m",
        "failed" => job.AllowFailure ? $"\e[33m{text}\e[0m" : $"\e[31;1m{text}\e[0m",
        _ => $"\e[2m{text}\e[0m",
    };

    private void Say(string text) => terminal.Output.WriteLine(text);
}
