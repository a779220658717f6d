using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;
using Gantry.Protocol;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>An image did not come to its container.</summary>
/// <param name="container">Whose.</param>
/// <param name="image">Which.</param>
/// <param name="message">The cluster's.</param>
internal sealed class ImagePullException(string container, string image, string message) : Exception(message)
{
    public string Container { get; } = container;

    public string Image { get; } = image;

    public FailureReason Reason => PullFailures.Classify(Message);
}

/// <summary>Waits until a pod runs, and says in the job's log what it waits for (official-executors §14.7).</summary>
internal sealed class PodStart(PodPlace place, PodEvents events, IJobLog log, TimeProvider time)
{
    /// <summary>A pod whose image is there is up in a second; nobody should wait for the next glance then.</summary>
    private static readonly TimeSpan FirstGlance = TimeSpan.FromMilliseconds(200);

    private static readonly string[] Hopeless = ["CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "InvalidImageName", "RunContainerError"];

    private static readonly string[] Pulls = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"];

    private long _said;
    private string _last = "";

    /// <exception cref="ImagePullException">See there.</exception>
    /// <exception cref="EnvironmentException">It will not run, or not in time.</exception>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task<PodState> WaitAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var pause = FirstGlance;
        while (true)
        {
            var state = await LookAsync(cancellationToken);
            if (state.Phase == "Running" && state.Find(PodRecipe.BuildContainer) is { IsReady: true })
            {
                return state;
            }

            await RefuseAsync(state, cancellationToken);
            Say(state);
            if (time.GetElapsedTime(since) >= place.Settings.EffectivePollTimeout)
            {
                await events.WarnAsync(log, cancellationToken);
                throw EnvironmentException.Broken(
                    $"waiting for pod running: timed out waiting for pod to start (last phase: {state.Phase})" + (state.Obstacle.Length > 0 ? $". {state.Obstacle}" : ""));
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < place.Settings.EffectivePollInterval ? pause * 2 : place.Settings.EffectivePollInterval;
        }
    }

    private async Task<PodState> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await place.StateAsync(cancellationToken);
        }
        catch (ClusterException e) when (e.IsNotFound)
        {
            throw EnvironmentException.Broken($"waiting for pod running: pod \"{place.Namespace}/{place.Pod}\" is deleted", e);
        }
    }

    private async Task RefuseAsync(PodState state, CancellationToken cancellationToken)
    {
        if (state.Containers.FirstOrDefault(container => Pulls.Contains(container.Waiting)) is { } pulled)
        {
            throw new ImagePullException(pulled.Name, pulled.Image, pulled.WaitingMessage is { Length: > 0 } said ? said : pulled.Waiting!);
        }

        if (state.Containers.FirstOrDefault(container => container.Name == PodRecipe.BuildContainer && Hopeless.Contains(container.Waiting)
            || container.Waiting is "InvalidImageName" or "CreateContainerConfigError") is { } hopeless)
        {
            await events.WarnAsync(log, cancellationToken);
            var text = $"waiting for pod running: container {hopeless.Name} with image \"{hopeless.Image}\": {hopeless.Waiting}: {hopeless.WaitingMessage}";
            throw hopeless.Waiting is "InvalidImageName" ? EnvironmentException.Misconfigured(text)
                : new EnvironmentException(FailureReason.RunnerSystemFailure, text, retriable: false);
        }

        if (state.EndOf(PodRecipe.BuildContainer) is { } end)
        {
            await events.WarnAsync(log, cancellationToken);
            throw EnvironmentException.Broken($"waiting for pod running: {end}");
        }
    }

    /// <summary>What has changed at once, what stays as often as is polled.</summary>
    private void Say(PodState state)
    {
        var text = $"Waiting for pod {place.Namespace}/{state.Name} to be running{(state.Node.Length > 0 ? $" on the node {state.Node}" : "")}, status is {(state.Phase.Length > 0 ? state.Phase : "Pending")}";
        var obstacle = place.Settings.PrintPodWarningEvents ? state.Obstacle : "";
        if (text + obstacle == _last && time.GetElapsedTime(_said) < place.Settings.EffectivePollInterval)
        {
            return;
        }

        (_last, _said) = (text + obstacle, time.GetTimestamp());
        log.Line(text);
        if (obstacle.Length > 0)
        {
            log.Line(string.Create(CultureInfo.InvariantCulture, $"\t{obstacle}"));
        }
    }
}
