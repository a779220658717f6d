using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>General settings of a project.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">As it is.</param>
/// <param name="Typed">As the form says.</param>
/// <param name="Protected">Kind (<c>branch</c>, <c>tag</c>) and pattern.</param>
/// <param name="Invalid">The form was refused.</param>
internal sealed record GeneralView(PageScope Scope, ProjectRow Project, ProjectRow Typed, IReadOnlyList<(string Kind, string Pattern)> Protected, bool Invalid);

/// <summary>The pages of a project's settings, or of the server's.</summary>
/// <param name="Label">What the links are of.</param>
/// <param name="Items">Name, address, and whether it is the page that is shown.</param>
internal sealed record SubNavView(string Label, IReadOnlyList<(string Name, string Address, bool Here)> Items)
{
    public static SubNavView Settings(PageScope scope, ProjectRow project, string here) => new(
        scope.Words.Settings,
        [
            (scope.Words.General, WebPath.General(project), here == "general"),
            (scope.Words.Runners, WebPath.Settings(project), here == "runners"),
            (scope.Words.Variables, WebPath.Variables(project), here == "variables"),
            (scope.Words.Triggers, WebPath.Triggers(project), here == "triggers"),
            (scope.Words.Members, WebPath.Members(project), here == "members"),
        ]);

    public static SubNavView Admin(PageScope scope, string here) => new(
        scope.Words.Admin,
        [
            (scope.Words.Runners, WebPath.AdminRunners, here == "runners"),
            (scope.Words.Jobs, WebPath.AdminJobs, here == "jobs"),
            (scope.Words.Users, WebPath.AdminUsers, here == "users"),
            (scope.Words.Variables, WebPath.AdminVariables, here == "variables"),
            (scope.Words.Health, WebPath.AdminHealth, here == "health"),
        ]);
}

/// <summary>Variables of a project or of the instance.</summary>
internal sealed record VariablesView
{
    public required PageScope Scope { get; init; }

    public required SubNavView Nav { get; init; }

    /// <summary>Where the forms go.</summary>
    public required string Address { get; init; }

    public required string Help { get; init; }

    public required IReadOnlyList<VariableRow> Variables { get; init; }

    /// <summary>A new variable that was refused.</summary>
    public VariableRow? Typed { get; init; }

    public string? Error { get; init; }
}

/// <summary>The form of one variable.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="Id">Unique in the page.</param>
/// <param name="Variable">What is filled in.</param>
/// <param name="IsNew">Not kept yet.</param>
internal sealed record VariableFormView(PageScope Scope, string Address, string Id, VariableRow Variable, bool IsNew);

/// <summary>Trigger tokens of a project.</summary>
internal sealed record TriggersView(PageScope Scope, ProjectRow Project, string ServerUrl, IReadOnlyList<(TriggerRow Trigger, UserRow? Owner)> Triggers);

/// <summary>A person's access tokens.</summary>
internal sealed record TokensView
{
    public required PageScope Scope { get; init; }

    public required IReadOnlyList<AccessTokenRow> Tokens { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The text of a token that was just made.</summary>
    public string? Made { get; init; }

    public bool Invalid { get; init; }
}

/// <summary>Jobs of all projects.</summary>
internal sealed record AdminJobsView(PageScope Scope, IReadOnlyList<(JobRow Job, ProjectRow Project)> Jobs, string Status, PagerView Pager);

/// <summary>How the server fares.</summary>
internal sealed record HealthView
{
    public required PageScope Scope { get; init; }
    public required string Version { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required long Memory { get; init; }
    public required string DataFolder { get; init; }
    public required long DatabaseSize { get; init; }
    public required long? DiskFree { get; init; }
    public required int OnlineRunners { get; init; }
    public required int Runners { get; init; }
    public required long Waiting { get; init; }
    public required long Running { get; init; }
    public required DateTimeOffset? OldestQueued { get; init; }
}
