using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Stages;

/// <summary>Says where the job runs; what an earlier job put into <c>GITLAB_ENV</c> and its masks must not reach this one.</summary>
internal static class PrepareScriptStage
{
    public static Composition Compose(StageContext context)
    {
        var temporary = context.Plan.Folders.Temporary;
        return Composition.Of(new ScriptBuilder()
            .Add(new Statement.SayHost(context.Traits.NamesRunnerHost ? context.Plan.Runner.HostName : null))
            .RemoveFile(GuestPath.Join(temporary, "gitlab_runner_env"))
            .RemoveFile(GuestPath.Join(temporary, "masking.db")));
    }
}
