using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Running;

/// <summary>The rules of step-execution.json that are decided by the plan; scripts are in Shells, priorities in the engine's own tests.</summary>
public sealed class StepTables
{
    [Fact]
    [Tables("step-execution", "ignore-errors-variable")]
    public void Errors_of_after_script() => Cases.Run(2, (input, expected) =>
    {
        var given = Samples.Public("AFTER_SCRIPT_IGNORE_ERRORS", input.Text("AFTER_SCRIPT_IGNORE_ERRORS"));
        var settings = JobSettings.Read(new JobVariables([given]), true, 0, false, []);
        Assert.Equal(expected.Flag("ignored"), settings.AfterScriptIgnoreErrors);
    });

    [Fact]
    [Tables("step-execution", "protected-fallback-key")]
    public void Fallback_keys_of_protected_branches() => Cases.Run(4, (input, expected) =>
    {
        var key = input.Text("CACHE_FALLBACK_KEY");
        List<JobVariable> variables = [Samples.Public("CACHE_FALLBACK_KEY", key)];
        if (key.StartsWith('$'))
        {
            variables.Add(Samples.Public(key[1..], input.Text("expanded")));
        }

        var payload = Samples.Payload(variables) with { Cache = [new JobCache { Key = "own", Paths = ["x"] }] };
        var entry = Samples.Plan(Samples.Request(payload)).Stages.OfType<PlannedStage.RestoreCache>().Single().Entries[0];
        Assert.Equal(expected.Flag("blocked"), entry.Candidates.Count == 1);
    });
}
