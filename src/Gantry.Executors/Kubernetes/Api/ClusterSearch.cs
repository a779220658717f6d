using System.Globalization;
using Gantry.Engine;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>
/// Which cluster a runner uses (official-executors §14.1): the one of its settings, else the one that it runs in itself, else that of a
/// kubeconfig file.
/// </summary>
internal static class ClusterSearch
{
    /// <exception cref="EnvironmentException">None, or what is said about it cannot be used.</exception>
    public static ClusterAddress Find(KubernetesSettings settings, KubernetesSurroundings surroundings)
    {
        var found = settings.Host.Length > 0 ? Configured(settings)
            : InCluster(surroundings) ?? FromFiles(settings, surroundings);
        return settings.BearerToken.IsEmpty ? found : found with { Token = settings.BearerToken, TokenFile = "" };
    }

    private static ClusterAddress Configured(KubernetesSettings settings)
    {
        if (settings.CertFile.Length > 0 && (settings.KeyFile.Length == 0 || settings.CaFile.Length == 0))
        {
            throw EnvironmentException.Misconfigured("ca file, cert file and key file must be specified when using file based auth (cert_file, key_file and ca_file in [runners.kubernetes])");
        }

        var host = settings.Host.Contains("://", StringComparison.Ordinal) ? settings.Host : "https://" + settings.Host;
        return new ClusterAddress
        {
            Server = Uri.TryCreate(host, UriKind.Absolute, out var server) && server.Scheme is "http" or "https"
                ? server
                : throw EnvironmentException.Misconfigured($"host = \"{settings.Host}\" in [runners.kubernetes] is no address such as https://kubernetes.example.com:6443"),
            Source = "[runners.kubernetes] host",
            Authorities = Read("ca_file", settings.CaFile),
            Certificate = Read("cert_file", settings.CertFile),
            Key = new Secret(settings.CertFile.Length > 0 ? Read("key_file", settings.KeyFile) : ""),
        };
    }

    private static ClusterAddress? InCluster(KubernetesSurroundings surroundings)
    {
        var token = Path.Combine(surroundings.ServiceAccountFolder, "token");
        if (surroundings.ServiceHost.Length == 0 || !File.Exists(token))
        {
            return null;
        }

        var host = surroundings.ServiceHost.Contains(':', StringComparison.Ordinal) ? $"[{surroundings.ServiceHost}]" : surroundings.ServiceHost;
        var port = surroundings.ServicePort.Length > 0 ? surroundings.ServicePort : "443";
        return new ClusterAddress
        {
            Server = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{host}:{port}")),
            Source = "the service account of the runner's pod",
            Authorities = Read("the service account's ca.crt", Path.Combine(surroundings.ServiceAccountFolder, "ca.crt")),
            TokenFile = token,
        };
    }

    private static ClusterAddress FromFiles(KubernetesSettings settings, KubernetesSurroundings surroundings)
    {
        var named = surroundings.KubeConfig.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] candidates = named.Length > 0 ? named : surroundings.HomeFolder is { Length: > 0 } home ? [Path.Combine(home, ".kube", "config")] : [];
        var files = candidates.Where(File.Exists).ToList();
        return files.Count > 0
            ? KubeConfig.Read(files, settings.Context)
            : throw EnvironmentException.Misconfigured(
                "there is no cluster: `host` is not set in [runners.kubernetes], the runner does not run in a pod with a service account, and "
                + (candidates.Length > 0 ? $"{string.Join(", ", candidates)} does not exist" : "its user has no home folder with a kubeconfig file"));
    }

    private static string Read(string key, string path)
    {
        if (path.Length == 0)
        {
            return "";
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Misconfigured($"{key} of [runners.kubernetes] cannot be read: {e.Message}");
        }
    }
}
