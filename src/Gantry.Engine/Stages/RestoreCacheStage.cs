using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Protocol;

namespace Gantry.Engine.Stages;

/// <summary>
/// Each cache entry by its own key, else by its fallbacks (official-job-protocol §7.6). A cache that cannot be restored
/// never fails the stage; an unknown policy does (trap 12).
/// </summary>
internal static class RestoreCacheStage
{
    public static Composition Compose(StageContext context, PlannedStage.RestoreCache stage)
    {
        if (CachePolicyProblem(stage.Entries) is { } problem)
        {
            return problem;
        }

        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project);
        HelperCalls.Guard(script, context.HelperCommand, "Extracting cache", (there, helper) =>
        {
            foreach (var entry in stage.Entries)
            {
                Entry(there, context, helper, entry);
            }
        });
        return Composition.Of(script, [.. stage.Entries.SelectMany(e => e.Warnings.Concat(e.FallbackWarnings))]);
    }

    public static Composition? CachePolicyProblem(IEnumerable<PlannedCache> entries) =>
        entries.FirstOrDefault(e => e.Policy == CachePolicy.Unknown) is { } bad
            ? new Composition.Impossible(FailureReason.RunnerSystemFailure, $"unknown cache policy {bad.PolicyText} for {bad.HumanKey}")
            : null;

    private static void Entry(ScriptBuilder script, StageContext context, string helper, PlannedCache entry)
    {
        if (entry.Policy == CachePolicy.Push)
        {
            script.Notice($"Not downloading cache {entry.HumanKey} due to policy");
            return;
        }

        for (var lost = 0; lost < entry.LostKeys; lost++)
        {
            script.Notice("Skipping cache extraction due to empty cache key");
        }

        Candidate(script, context, helper, entry, 0);
    }

    private static void Candidate(ScriptBuilder script, StageContext context, string helper, PlannedCache entry, int index)
    {
        if (index >= entry.Candidates.Count)
        {
            if (index > 0)
            {
                script.Print($"Cache {entry.HumanKey}: miss");
            }

            return;
        }

        var place = entry.Candidates[index];
        script.Notice($"Checking cache for {place.HumanKey}...");
        var extract = new Command(
        [
            helper, "cache-extractor", "--file", Word.FromString(place.File),
            "--timeout", context.Plan.Settings.CacheRequestTimeout.ToString(CultureInfo.InvariantCulture),
        ])
        {
            Environment =
            [
                CacheVariables.Key(place.HumanKey),
                .. index == 0 && entry.Own is not null ? [] : new (string, Word)[] { (CacheVariables.WantedKey, entry.HumanKey) },
                .. CacheVariables.Of(context.RemoteCaches.GetValueOrDefault(place.Key)),
            ],
        };
        script.If(
            new Test.Succeeds(extract, ShowOutput: true),
            restored => restored.Notice("Successfully extracted cache"),
            failed =>
            {
                failed.Warning("Failed to extract cache");
                foreach (var path in context.Plan.Flags[KnownFlags.CleanFailedCache] ? entry.Paths : [])
                {
                    failed.Print($"Removing {path}").RemoveFolder(path);
                }

                Candidate(failed, context, helper, entry, index + 1);
            });
    }
}
