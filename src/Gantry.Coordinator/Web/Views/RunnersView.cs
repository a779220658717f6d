using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>Settings → runners of a project.</summary>
internal sealed record RunnersView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required string ServerUrl { get; init; }

    public required IReadOnlyList<RunnerItem> ProjectRunners { get; init; }

    public required IReadOnlyList<RunnerItem> InstanceRunners { get; init; }
}

/// <summary>A runner in a list.</summary>
internal sealed record RunnerItem
{
    public required PageScope Scope { get; init; }

    public required RunnerRow Runner { get; init; }

    /// <summary>Newest contact first.</summary>
    public required IReadOnlyList<RunnerMachineRow> Machines { get; init; }

    /// <summary>Jobs it runs now.</summary>
    public required long Running { get; init; }

    /// <summary>Its page; null where there is none to go to.</summary>
    public string? Address { get; init; }

    /// <summary>Path of the project it belongs to, where that is not clear from the page.</summary>
    public string? Owner { get; init; }

    /// <summary>Where its buttons post to; null for visitors who may not.</summary>
    public string? Actions { get; init; }
}

/// <summary>The commands that register a machine.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Id">Unique in the page.</param>
/// <param name="ServerUrl">The server's address.</param>
/// <param name="Token">Registration or runner token. A secret that the page shows on request.</param>
/// <param name="IsRunnerToken">It is a runner's own token (<c>glrt-</c>).</param>
internal sealed record RegisterView(PageScope Scope, string Id, string ServerUrl, string Token, bool IsRunnerToken)
{
    private string Flag => IsRunnerToken ? "--token" : "--registration-token";

    public string Gantry => $"gantry register --non-interactive \\\n  --url {ServerUrl} \\\n  {Flag} {Token} \\\n  --executor shell";

    public string GitlabRunner => $"gitlab-runner register --non-interactive \\\n  --url {ServerUrl} \\\n  {Flag} {Token} \\\n  --executor docker --docker-image alpine:latest";
}

/// <summary>The form that makes a runner, with what was typed and why it was refused.</summary>
internal sealed record NewRunnerView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public string Tags { get; init; } = "";

    public string Description { get; init; } = "";

    public string Timeout { get; init; } = "";

    public bool Untagged { get; init; } = true;

    public bool Protected { get; init; }

    public bool Locked { get; init; } = true;

    public bool Paused { get; init; }

    public IReadOnlyList<string> Errors { get; init; } = [];
}

/// <summary>A runner that was just made: its token is shown this once.</summary>
internal sealed record RunnerCreatedView(PageScope Scope, ProjectRow Project, RunnerRow Runner, RegisterView Register);

/// <summary>One runner.</summary>
internal sealed record RunnerView
{
    public required RunnerItem Item { get; init; }

    /// <summary>The project whose page it is; null under admin.</summary>
    public ProjectRow? Project { get; init; }

    public required IReadOnlyList<(JobRow Job, ProjectRow Project)> Jobs { get; init; }

    public required IReadOnlyList<ProjectRow> Projects { get; init; }
}

/// <summary>All runners of the server.</summary>
internal sealed record AdminRunnersView
{
    public required PageScope Scope { get; init; }

    public required string ServerUrl { get; init; }

    public required string RegistrationToken { get; init; }

    public required IReadOnlyList<RunnerItem> Runners { get; init; }
}
