using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>Looks at a pod beside its scripts, so that one that goes ends them with its reason.</summary>
internal sealed class PodWatch(PodPlace place, TimeProvider time)
{
    /// <summary>Ends when the pod does; what it is asked while the cluster does not answer is no end.</summary>
    public async Task<PodEnd> UntilEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(place.Settings.EffectivePollInterval, time, cancellationToken);
            if (await EndAsync(cancellationToken) is { } end)
            {
                return end;
            }
        }
    }

    /// <summary>Null: it runs, as far as is known.</summary>
    public async Task<PodEnd?> EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            return PodEnd.Of(await place.StateAsync(cancellationToken));
        }
        catch (ClusterException e)
        {
            return e.IsNotFound ? new PodEnd($"pod \"{place.Namespace}/{place.Pod}\" is deleted", null) : null;
        }
    }
}

/// <summary>Why scripts cannot go on in a pod.</summary>
/// <param name="Text">For the user.</param>
/// <param name="Code">Of the build container, when it is that which has ended; else the pod is lost.</param>
internal sealed record PodEnd(string Text, int? Code)
{
    public const string OutOfMemory =
        "the kernel's out-of-memory killer was at work in the build container: raise memory_limit of [runners.kubernetes], or KUBERNETES_MEMORY_LIMIT where it is allowed";

    /// <summary>See <see cref="ScriptExit.Evidence"/>.</summary>
    public string? Evidence { get; private init; }

    /// <summary>Null: it runs.</summary>
    public static PodEnd? Of(PodState state)
    {
        if (state.EndOf(PodRecipe.BuildContainer) is not { } text)
        {
            return null;
        }

        var build = state.Find(PodRecipe.BuildContainer);
        return text == build?.Ended
            ? new PodEnd(text, (int?)build.ExitCode) { Evidence = build.IsOutOfMemory ? OutOfMemory : null }
            : new PodEnd(text, null);
    }
}
