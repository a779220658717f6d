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

    /// <summary>Writes to a ref: protected ones need the role that their protection names.</summary>
    public static bool MayPushTo(StoreSession session, Caller caller, ProjectRow project, string name, bool isTag) =>
        MayPush(session, caller, project)
        && LevelIn(session, caller, project) >= (IsProtected(session, project.Id, name, isTag) ? AccessLevel.Maintainer : AccessLevel.Developer);

    public static bool IsProtected(StoreSession session, long projectId, string name, bool isTag) =>
        session.Projects.ProtectedPatterns(projectId, isTag ? "tag" : "branch").Any(pattern => Wildcard.Matches(pattern, name));
}
