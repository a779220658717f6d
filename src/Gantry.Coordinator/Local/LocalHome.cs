using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Local;

/// <summary>The one user, project and runner of a <see cref="LocalCoordinator"/>.</summary>
internal sealed record LocalHome(UserRow User, ProjectRow Project, RunnerRow Runner)
{
    public static LocalHome Prepare(StoreSession session, LocalSettings settings)
    {
        var now = settings.Clock.GetUtcNow();
        session.Instance.Set(InstanceStore.Uuid, Guid.NewGuid().ToString());
        var user = session.Users.Add(settings.User.Login, settings.User.Name, settings.User.Email, admin: true, now);
        var draft = new ProjectDraft
        {
            FullPath = settings.ProjectPath,
            DefaultBranch = settings.DefaultBranch,
            CiConfigPath = settings.ConfigPath,
        };
        var project = draft.Save(session, user, now) ?? throw new InvalidOperationException("the store is not new");
        foreach (var variable in settings.Variables)
        {
            session.Variables.Save(project.Id, RowOf(variable));
        }

        var (runner, _) = new RunnerDraft { Description = "gantry exec" }.Save(session, now);
        return new LocalHome(user, project, runner);
    }

    public static VariableRow RowOf(LocalVariable variable) => new()
    {
        Key = variable.Key,
        Value = variable.Value,
        Type = variable.IsFile ? "file" : "env_var",
        Masked = variable.IsMasked,
        Protected = variable.IsProtected,
        Raw = variable.IsRaw,
        EnvironmentScope = variable.EnvironmentScope,
    };

    public KnownRunner Meet(StoreSession session, RunnerIdentity identity, DateTimeOffset now)
    {
        var machine = session.Managers.Save(new RunnerContact("local", identity, "127.0.0.1").Machine(Runner.Id, now));
        return new KnownRunner(Runner, [], machine);
    }
}
