using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Stages;

/// <summary>Saves caches; a cache that cannot be saved never fails the stage (official-job-protocol §7.6).</summary>
internal static class ArchiveCacheStage
{
    public static Composition Compose(StageContext context, PlannedStage.ArchiveCache stage)
    {
        if (RestoreCacheStage.CachePolicyProblem(stage.Entries) is { } problem)
        {
            return problem;
        }

        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project);
        HelperCalls.Guard(script, context.HelperCommand, "Creating cache", (there, helper) =>
        {
            foreach (var entry in stage.Entries)
            {
                Entry(there, context, helper, entry);
            }
        });
        return Composition.Of(script, [.. stage.Entries.SelectMany(e => e.Warnings)]);
    }

    private static void Entry(ScriptBuilder script, StageContext context, string helper, PlannedCache entry)
    {
        if (entry.Policy == CachePolicy.Pull)
        {
            script.Notice($"Not uploading cache {entry.HumanKey} due to policy");
            return;
        }

        if (entry.Own is not { } place)
        {
            script.Notice("Skipping cache archiving due to empty cache key");
            return;
        }

        script.Notice($"Creating cache {place.HumanKey}...");
        var archive = new Command(
        [
            helper, "cache-archiver", "--file", Word.FromString(place.File), "--alternate-file", Word.FromString(place.AlternateFile),
            "--timeout", context.Plan.Settings.CacheRequestTimeout.ToString(CultureInfo.InvariantCulture),
            .. HelperCalls.Each("--path", entry.Paths),
            .. entry.Untracked ? (IReadOnlyList<Word>)["--untracked"] : [],
        ])
        {
            Environment = [CacheVariables.Key(place.HumanKey), .. CacheVariables.Of(context.RemoteCaches.GetValueOrDefault(place.Key))],
        };
        script.If(
            new Test.Succeeds(archive, ShowOutput: true),
            created => created.Notice("Created cache"),
            failed => failed.Warning("Failed to create cache"));
    }
}
