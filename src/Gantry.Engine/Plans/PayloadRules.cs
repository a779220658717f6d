using System.Text.Json;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>What a payload must not hold, and what <c>run</c> becomes (official-job-protocol §1.11). Checked before acceptance.</summary>
internal static class PayloadRules
{
    private static readonly (string Name, string[] Options)[] OptionOwners = [("docker", ["platform", "user"]), ("kubernetes", ["user"])];

    /// <summary>One text per unsupported option list in the image and the services; empty when all is well.</summary>
    public static IReadOnlyList<string> UnsupportedOptions(JobPayload payload) =>
        [.. payload.Services.Prepend(payload.Image).OfType<JobImage>().SelectMany(UnsupportedOptions)];

    /// <summary>The payload with <c>run</c> turned into a step, or why it cannot be.</summary>
    public static (JobPayload Payload, string? Problem) ApplyRun(JobPayload payload)
    {
        if (payload.Run.Length == 0)
        {
            return (payload, null);
        }

        if (payload.Steps.Any(step => step.Script.Count > 0))
        {
            return (payload, "the `run` and `script` keywords cannot be used together");
        }

        if (payload.Variables.Any(variable => variable.Key == "STEPS"))
        {
            return (payload, "the `run` keyword requires the exclusive use of the variable STEPS");
        }

        return (payload with
        {
            Variables = [.. payload.Variables, new JobVariable { Key = "STEPS", Value = payload.Run, Raw = true }],
            Steps = [new JobStep { Name = "script", Script = ["step-runner ci"], Timeout = 3600, When = "on_success" }],
        }, null);
    }

    private static IEnumerable<string> UnsupportedOptions(JobImage image)
    {
        if (image.ExecutorOpts is not { ValueKind: JsonValueKind.Object } options)
        {
            yield break;
        }

        var known = OptionOwners.Select(executor => executor.Name).ToArray();
        if (Unknown(options, known) is { Length: > 0 } strangers)
        {
            yield return Text(strangers, "executor_opts", known);
        }

        foreach (var (name, allowed) in OptionOwners)
        {
            if (options.TryGetProperty(name, out var own) && own.ValueKind == JsonValueKind.Object && Unknown(own, allowed) is { Length: > 0 } unknown)
            {
                yield return Text(unknown, $"{name} executor", allowed);
            }
        }
    }

    private static string[] Unknown(JsonElement options, string[] known) =>
        [.. options.EnumerateObject().Select(option => option.Name).Except(known, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // GitLab says "image" for services too.
    private static string Text(string[] unknown, string owner, string[] known) =>
        $"Unsupported \"image\" options [{string.Join(' ', unknown)}] for \"{owner}\"; supported options are [{string.Join(' ', known)}]";
}
