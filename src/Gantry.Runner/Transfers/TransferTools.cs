using Gantry.Engine.Archives;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Transfers;

/// <summary>What the helper commands of job scripts work with. Filled by the composition root.</summary>
public sealed record TransferTools
{
    /// <summary>The job's folder: paths are relative to it. Absolute.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>What the job calls that folder, when it is the runner's copy of it; null: the same.</summary>
    public string? NamedFolder { get; init; }

    /// <summary>Lists what git does not track; null: git is asked in the folder itself, which only the job's own place may do.</summary>
    public Func<CancellationToken, Task<UntrackedFiles>>? Untracked { get; init; }

    /// <summary>The variables that paths and names may name.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <inheritdoc cref="Gantry.Engine.Plans.JobPlan.PlaceIsWindows"/>
    public bool PlaceIsWindows { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>For object stores, not for the server of the job. Null only where no address of a store is ever given.</summary>
    public ServiceHttp? Http { get; init; }

    /// <summary>Threads that unpack a zip; 0: one per processor.</summary>
    public int ExtractionWorkers { get; init; }

    /// <summary>Null: transfers are silent about their progress.</summary>
    public TransferMeterSettings? Meter { get; init; }

    /// <summary>Writes to the job's log, in the helper's format (official-job-protocol §3.10).</summary>
    public required ILogger Logger { get; init; }

    /// <summary>A path of the job with the values of its variables. On Windows a backslash is between the parts of a path; elsewhere it is part of a name.</summary>
    /// <param name="path">As written.</param>
    /// <param name="report">Told of what cannot be expanded.</param>
    internal string PathOf(string path, Action<ArchiveNotice> report)
    {
        var expanded = ShellExpansion.Expand(path, "path", Environment, report);
        return PlaceIsWindows ? GuestPath.ToSlash(expanded) : expanded;
    }
}

/// <summary>Which job's artifacts, and the line to the server.</summary>
/// <param name="JobId">The job that owns the artifacts.</param>
/// <param name="ShortToken">Shown in the log.</param>
/// <param name="Link">One attempt per call.</param>
public sealed record TransferJob(long JobId, string ShortToken, IJobLink Link);
