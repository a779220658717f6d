using Gantry.Coordinator.Local;
using Gantry.Logs;

namespace Gantry.Exec;

/// <summary>Shows a run as it happens. Calls come one at a time.</summary>
internal interface IExecView : IAsyncDisposable
{
    /// <summary>The pipeline is there.</summary>
    void Begin(ExecHeadline headline, IReadOnlyList<LocalPipeline> pipelines);

    /// <summary>Something changed. A complete job comes only after all its lines.</summary>
    void Show(IReadOnlyList<LocalPipeline> pipelines, LocalJob changed);

    /// <summary>A line of a job's log.</summary>
    void Line(LocalJob job, StoredLine line);

    /// <summary>Something the user should know.</summary>
    void Note(string text);
}

/// <summary>What is being run.</summary>
/// <param name="Reference">Branch or tag.</param>
/// <param name="Sha">The commit.</param>
/// <param name="IsDirty">It holds changes that are not committed.</param>
/// <param name="Executor">For people.</param>
internal sealed record ExecHeadline(string Reference, string Sha, bool IsDirty, string Executor);
