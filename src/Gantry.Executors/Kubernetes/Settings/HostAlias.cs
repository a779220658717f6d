namespace Gantry.Executors.Kubernetes.Settings;

/// <summary><c>[[runners.kubernetes.host_aliases]]</c>: names of an address in the pod.</summary>
public sealed record HostAlias(string Ip, IReadOnlyList<string> Hostnames);
