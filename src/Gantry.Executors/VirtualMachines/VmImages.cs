using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;

namespace Gantry.Executors.VirtualMachines;

/// <summary>Which machine a job's copy is made of: the runner's own, or the one that the job's <c>image</c> names.</summary>
internal static class VmImages
{
    /// <param name="plan">Of the job.</param>
    /// <param name="standard"><c>base_name</c>.</param>
    /// <param name="allowed"><c>allowed_images</c>, each a pattern that <paramref name="host"/> can make.</param>
    /// <param name="host">Makes patterns.</param>
    /// <param name="log">Is told why an image does not count.</param>
    /// <exception cref="EnvironmentException">The image is not allowed.</exception>
    public static string Choose(JobPlan plan, string standard, IReadOnlyList<string> allowed, VmHost host, IJobLog log)
    {
        if (plan.Image is not { Length: > 0 } image || image == standard)
        {
            return standard;
        }

        if (allowed.Count == 0)
        {
            log.Warning($"No allowed_images configuration found for \"{plan.Payload.Image!.Name}\", using image \"{standard}\"");
            return standard;
        }

        if (IsName(image) && allowed.Any(pattern => host.Compile(pattern)?.IsMatch(image) == true))
        {
            return image;
        }

        log.Line("");
        log.Error($"The \"{image}\" image is not present on list of allowed images");
        foreach (var pattern in allowed)
        {
            log.Line("- " + pattern);
        }

        log.Line("");
        log.Line("Please check runner's configuration");
        throw new EnvironmentException(FailureReason.RunnerSystemFailure, "invalid image", retriable: false);
    }

    /// <summary>What the programs take for an option is no name of a machine; patterns are not anchored.</summary>
    private static bool IsName(string image) => image[0] != '-' && !image.Any(char.IsControl);
}
