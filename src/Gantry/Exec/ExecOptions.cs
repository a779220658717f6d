namespace Gantry.Exec;

/// <summary>What the user asked <c>gantry exec</c> for.</summary>
internal sealed record ExecOptions
{
    /// <summary>Where the command was given.</summary>
    public required string Folder { get; init; }

    /// <summary>The configuration file, relative to the project.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>Jobs to run, with what they need; empty for all.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];

    /// <summary>All jobs of these stages.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>Not what the jobs need.</summary>
    public bool OnlyJobs { get; init; }

    /// <summary>Manual jobs that are started as soon as they can be.</summary>
    public IReadOnlyList<string> Manual { get; init; } = [];

    public required int Concurrent { get; init; }

    /// <summary><c>shell</c> or <c>docker</c>; empty to choose.</summary>
    public string Executor { get; init; } = "";

    /// <summary>For jobs that name no image; empty for none.</summary>
    public string Image { get; init; } = "";

    /// <summary><c>KEY=VALUE</c>, or <c>KEY</c> for the value in the environment.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>In place of <c>.gantry/variables.toml</c>; absolute, or empty.</summary>
    public string VariablesFile { get; init; } = "";

    /// <summary><c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The branch the pipeline is for; empty for the one that is checked out.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The tag the pipeline is for; empty for a branch.</summary>
    public string Tag { get; init; } = "";

    /// <summary>The target branch of a merge request pipeline; null for no merge request.</summary>
    public string? MergeRequestTarget { get; init; }

    /// <summary><c>CI_PIPELINE_SOURCE</c>; empty for the usual one.</summary>
    public string Source { get; init; } = "";

    /// <summary>The commit before the push; empty to find it.</summary>
    public string Before { get; init; } = "";

    /// <summary>HEAD as it is, without changes that are not committed.</summary>
    public bool Committed { get; init; }

    /// <summary>Where artifacts are put, a folder per job; absolute, or empty for nowhere.</summary>
    public string ArtifactsTo { get; init; } = "";

    /// <summary>Where the report goes; absolute, or empty.</summary>
    public string Report { get; init; } = "";

    /// <summary>A failed job waits with its place as it is until somebody was in it.</summary>
    public bool KeepOnFailure { get; init; }

    /// <summary><c>group/project=FOLDER</c>: checkouts that answer for their projects' includes.</summary>
    public IReadOnlyList<string> Checkouts { get; init; } = [];

    /// <summary>Serves the run's web pages, until Ctrl-C.</summary>
    public bool Pages { get; init; }

    /// <summary>Shows what the runner says too, not only what the scripts print.</summary>
    public bool Verbose { get; init; }

    /// <summary>Lines even on a terminal.</summary>
    public bool Plain { get; init; }

    /// <summary>Gantry's own state that outlives the run: caches.</summary>
    public required string StateFolder { get; init; }
}
