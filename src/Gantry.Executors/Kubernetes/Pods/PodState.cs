using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>What a cluster says about a pod at one moment.</summary>
internal sealed class PodState
{
    private readonly JsonObject _pod;

    private PodState(JsonObject pod)
    {
        _pod = pod;
        Containers =
        [
            .. pod.Items("status", "initContainerStatuses").Select(status => new ContainerState(status) { IsInitial = true }),
            .. pod.Items("status", "containerStatuses").Select(status => new ContainerState(status)),
        ];
    }

    public static PodState Of(JsonObject pod) => new(pod);

    public string Name => _pod.Text("metadata", "name");

    public string Uid => _pod.Text("metadata", "uid");

    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c>, <c>Unknown</c>.</summary>
    public string Phase => _pod.Text("status", "phase");

    /// <summary>Such as <c>Evicted</c>.</summary>
    public string Reason => _pod.Text("status", "reason");

    public string Message => _pod.Text("status", "message");

    public string Node => _pod.Text("spec", "nodeName");

    /// <summary>Somebody, or the cluster, is removing it.</summary>
    public bool IsLeaving => _pod.Text("metadata", "deletionTimestamp").Length > 0;

    public IReadOnlyList<ContainerState> Containers { get; }

    public ContainerState? Find(string container) => Containers.FirstOrDefault(state => state.Name == container && !state.IsInitial);

    public IEnumerable<PodCondition> Conditions => _pod.Items("status", "conditions").Select(condition => new PodCondition(
        condition.Text("type"), condition.Text("status"), condition.Text("reason"), condition.Text("message")));

    /// <summary>What keeps it from running, as far as the cluster says so; empty: nothing special.</summary>
    public string Obstacle
    {
        get
        {
            var parts = Conditions.Where(condition => condition.Status == "False" && condition.Message.Length > 0 && condition.Reason is not ("ContainersNotReady" or "ContainersNotInitialized"))
                .Select(condition => $"{condition.Reason}: \"{condition.Message}\"")
                .Concat(Containers.Where(state => state.Waiting is { Length: > 0 } and not ("ContainerCreating" or "PodInitializing"))
                    .Select(state => $"container {state.Name}: {state.Waiting}{(state.WaitingMessage.Length > 0 ? $": \"{state.WaitingMessage}\"" : "")}"));
            return string.Join("; ", parts);
        }
    }

    /// <summary>Why nothing can run in it any more; null while it can.</summary>
    /// <param name="container">Without which it is of no use.</param>
    public string? EndOf(string container)
    {
        if (Conditions.FirstOrDefault(condition => condition is { Type: "DisruptionTarget", Status: "True" }) is { } disruption && (IsLeaving || Phase is "Failed"))
        {
            return $"pod \"{Name}\" is disrupted: reason \"{disruption.Reason}\", message \"{disruption.Message}\"";
        }

        if (Phase is "Failed" or "Succeeded" && Reason.Length > 0)
        {
            return $"pod \"{Name}\" status is \"{Phase}\": reason \"{Reason}\", message \"{Message}\"";
        }

        if (Find(container)?.Ended is { } ended)
        {
            return ended;
        }

        return IsLeaving ? $"pod \"{Name}\" is being deleted" : Phase is "Failed" or "Succeeded" ? $"pod \"{Name}\" status is \"{Phase}\"" : null;
    }
}

/// <param name="Type">Such as <c>PodScheduled</c>.</param>
/// <param name="Status"><c>True</c>, <c>False</c>, <c>Unknown</c>.</param>
/// <param name="Reason">Such as <c>Unschedulable</c>.</param>
/// <param name="Message">For people.</param>
internal sealed record PodCondition(string Type, string Status, string Reason, string Message);

/// <summary>One container of it.</summary>
internal sealed class ContainerState(JsonObject status)
{
    public bool IsInitial { get; init; }

    public string Name => status.Text("name");

    public string Image => status.Text("image");

    public bool IsReady => status.IsTrue("ready");

    /// <summary>Such as <c>ErrImagePull</c>; null: it does not wait.</summary>
    public string? Waiting => status.At("state", "waiting") is { } waiting ? waiting.Text("reason") : null;

    public string WaitingMessage => status.Text("state", "waiting", "message");

    public long? ExitCode => status.Number("state", "terminated", "exitCode");

    /// <summary>Such as <c>OOMKilled</c>.</summary>
    public string EndReason => status.Text("state", "terminated", "reason");

    /// <summary>For people; null: it has not ended.</summary>
    public string? Ended => ExitCode is { } code
        ? string.Create(CultureInfo.InvariantCulture, $"Error in container {Name}: exit code: {code}, reason: '{EndReason}'")
            + (status.Text("state", "terminated", "message") is { Length: > 0 } message ? $", message: '{message.Trim()}'" : "")
        : null;

    /// <summary>The kernel ended it for lack of memory.</summary>
    public bool IsOutOfMemory => EndReason == "OOMKilled" || status.Text("lastState", "terminated", "reason") == "OOMKilled";
}
