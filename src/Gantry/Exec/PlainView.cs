using Gantry.Coordinator.Local;
using Gantry.Logs;
using Gantry.Terminal;

namespace Gantry.Exec;

/// <summary>Lines with the job's name in front and without escape codes: for files, pipes and other programs.</summary>
internal sealed class PlainView(ITerminal terminal, bool verbose) : IExecView
{
    private int _width;

    public void Begin(ExecHeadline headline, IReadOnlyList<LocalPipeline> pipelines)
    {
        var root = pipelines[0];
        _width = Math.Min(30, root.Jobs.Select(job => job.Name.Length).DefaultIfEmpty(0).Max());
        Say(Headline(headline, root));
    }

    public void Show(IReadOnlyList<LocalPipeline> pipelines, LocalJob changed)
    {
        if (changed.Status is "created" or "pending" or "waiting_for_resource" or "preparing")
        {
            return;
        }

        _width = Math.Max(_width, Math.Min(30, changed.Name.Length));
        Say($"{Prefix(changed)}[{ExecText.State(changed)}]");
    }

    public void Line(LocalJob job, StoredLine line)
    {
        if (verbose || ExecText.IsOfTheUser(line))
        {
            Say(Prefix(job) + PlainText.WithoutEscapes(line.Text).TrimEnd());
        }
    }

    public void Note(string text) => terminal.Error.WriteLine(text);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static string Headline(ExecHeadline headline, LocalPipeline root)
    {
        var jobs = root.Jobs.Count == 1 ? "1 job" : $"{root.Jobs.Count} jobs";
        var name = root.Name is null ? "" : $" \"{root.Name}\"";
        return $"Pipeline{name} for {headline.Reference} at {headline.Sha[..8]}{(headline.IsDirty ? " (with changes that are not committed)" : "")}: "
            + $"{jobs}, {headline.Executor}";
    }

    private string Prefix(LocalJob job) => $"{job.Name.PadRight(_width)} | ";

    private void Say(string text) => terminal.Output.WriteLine(text);
}
