namespace Gantry.Engine.Archives;

/// <summary>What <see cref="FileSelection"/> is asked for: the file options of artifacts-uploader and cache-archiver.</summary>
public sealed record FileSelectionRequest
{
    /// <summary>Absolute; every path is taken relative to it and must lie inside.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>
    /// What the job calls that folder, when the folder is a copy: absolute paths and messages are about this name. Null: its own.
    /// </summary>
    public string? NamedDirectory { get; init; }

    /// <summary>Paths and patterns, already shell-expanded.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Patterns against the whole relative path; an excluded folder does not exclude what is in it.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>
    /// Gives the files git does not track (<c>git ls-files -o -z</c>), relative to the working directory. Null when
    /// <c>untracked</c> was not asked for.
    /// </summary>
    public Func<CancellationToken, Task<UntrackedFiles>>? Untracked { get; init; }

    /// <summary>Takes the messages, in order, while the work goes on.</summary>
    public required Action<ArchiveNotice> Report { get; init; }
}
