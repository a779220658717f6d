using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Access;

/// <summary>Who may do what to a project. Everything that asks goes through here: REST, git and the pages.</summary>
internal static class Permissions
{
    /// <summary>The caller's role; <see cref="AccessLevel.None"/> may still read when <see cref="MayRead"/>.</summary>
    public static AccessLevel LevelIn(StoreSession session, Caller caller, ProjectRow project) => caller switch
    {
        Caller.Person { User.Admin: true } => AccessLevel.Owner,
        Caller.Person person => session.Users.LevelIn(project.Id, person.User.Id),
        Caller.Job job when job.Row.ProjectId == project.Id => AccessLevel.Reporter,
        _ => AccessLevel.None,
    };

    /// <summary>Sees that the project exists, its code and its pipelines.</summary>
    public static bool MayRead(StoreSession session, Caller caller, ProjectRow project) => project.Visibility switch
    {
        "public" => true,
        "internal" when caller is Caller.Person => true,
        _ => LevelIn(session, caller, project) >= AccessLevel.Guest,
    };

    /// <summary>Reads the repository. A guest of a private project sees its issues only, as in GitLab.</summary>
    public static bool MayReadCode(StoreSession session, Caller caller, ProjectRow project) => project.Visibility switch
    {
        "public" => true,
        "internal" when caller is Caller.Person => true,
        _ => LevelIn(session, caller, project) >= AccessLevel.Reporter,
    };

    public static bool MayPush(StoreSession session, Caller caller, ProjectRow project) =>
        caller is Caller.Person && LevelIn(session, caller, project) >= AccessLevel.Developer;

    /// <summary>Writes to a ref: protected ones need the role that their protection names; of several the most generous one counts.</summary>
    public static bool MayPushTo(StoreSession session, Caller caller, ProjectRow project, string name, bool isTag) =>
        MayPush(session, caller, project) && Reaches(session, caller, project, (name, isTag), protection => protection.PushLevel);

    /// <summary>Starts, retries, plays and cancels what runs for a ref.</summary>
    public static bool MayRun(StoreSession session, Caller caller, ProjectRow project, string name, bool isTag) =>
        MayPush(session, caller, project)
        && Reaches(session, caller, project, (name, isTag), protection => Least(protection.PushLevel, protection.RunLevel));

    /// <summary>Rewrites or removes a ref.</summary>
    public static bool MayForce(StoreSession session, ProjectRow project, string name, bool isTag)
    {
        var protections = Protections(session, project.Id, name, isTag);
        return protections.Count == 0 || protections.Any(protection => protection.AllowForcePush);
    }

    public static bool IsProtected(StoreSession session, long projectId, string name, bool isTag) => Protections(session, projectId, name, isTag).Count > 0;

    private static bool Reaches(
        StoreSession session, Caller caller, ProjectRow project, (string Name, bool IsTag) reference, Func<ProtectedRefRow, AccessLevel> needed)
    {
        var protections = Protections(session, project.Id, reference.Name, reference.IsTag);
        var level = LevelIn(session, caller, project);
        return protections.Count == 0
            ? level >= AccessLevel.Developer
            : protections.Select(needed).Any(least => least > AccessLevel.None && level >= least);
    }

    private static List<ProtectedRefRow> Protections(StoreSession session, long projectId, string name, bool isTag) =>
        [.. session.Projects.Protected(projectId, isTag).Where(protection => Wildcard.Matches(protection.Pattern, name))];

    // Nobody is less than everybody here.
    private static AccessLevel Least(AccessLevel one, AccessLevel other) =>
        one == AccessLevel.None ? other : other == AccessLevel.None || one < other ? one : other;
}
