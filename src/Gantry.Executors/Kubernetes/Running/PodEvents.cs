using Gantry.Engine.Traces;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>What the cluster has noted about a job's pod. Each event is told once.</summary>
internal sealed class PodEvents(PodPlace place, IJobLog log)
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Warnings only, for a job that is in trouble.</summary>
    public async Task WarnAsync(IJobLog into, CancellationToken cancellationToken)
    {
        if (!place.Settings.PrintPodWarningEvents)
        {
            return;
        }

        foreach (var (type, reason, message) in await NewAsync("Warning", cancellationToken))
        {
            into.Warning($"Event retrieved from the cluster: {type} {reason}: {message}");
        }
    }

    /// <summary>All, as a table (<c>FF_PRINT_POD_EVENTS</c>).</summary>
    public async Task ListAsync(CancellationToken cancellationToken)
    {
        foreach (var (type, reason, message) in await NewAsync("", cancellationToken))
        {
            log.Line($"{type,-8} {reason,-24} {message}");
        }
    }

    private async Task<List<(string Type, string Reason, string Message)>> NewAsync(string type, CancellationToken cancellationToken)
    {
        try
        {
            var selector = $"involvedObject.name={place.Pod}" + (type.Length > 0 ? $",type={type}" : "");
            var list = await place.Cluster.GetAsync($"{place.PathOf("events")}?fieldSelector={Uri.EscapeDataString(selector)}", cancellationToken);
            return
            [
                .. list.Items("items").Where(item => (type.Length == 0 || item.Text("type") == type) && _told.Add($"{item.Text("metadata", "uid")}:{item.Number("count")}"))
                    .Select(item => (item.Text("type"), item.Text("reason"), item.Text("message").Trim().ReplaceLineEndings(" "))),
            ];
        }
        catch (ClusterException)
        {
            // Roles without events are common; the pod's own state is told in any case.
            return [];
        }
    }
}
