using Gantry.CommandLine;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Executors.Docker;
using Gantry.Executors.Kubernetes;

namespace Gantry.Commands;

/// <summary>What executors take from the process's environment. Without marks of a runner: a checkup takes them as they are.</summary>
internal static class ExecutorSurroundings
{
    public static DockerSurroundings Docker(CommandContext context) => new()
    {
        Host = context.Environment.GetValueOrDefault("DOCKER_HOST", ""),
        CertPath = context.Environment.GetValueOrDefault("DOCKER_CERT_PATH", ""),
        TlsVerify = context.Environment.GetValueOrDefault("DOCKER_TLS_VERIFY", "").Length > 0,
        ApiVersion = context.Environment.GetValueOrDefault("DOCKER_API_VERSION", ""),
        HomeFolder = context.Host.Home,
        StateFolder = context.Host.StateFolder,
    };

    public static ProviderSurroundings Plugins(CommandContext context) => new()
    {
        PluginFolder = context.Environment.GetValueOrDefault("FLEETING_PLUGIN_PATH", "") is { Length: > 0 } folder
            ? folder
            : Path.Combine(context.Host.Home, ".config", "fleeting", "plugins"),
        ProgramFolders = context.Environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
    };

    public static KubernetesSurroundings Kubernetes(CommandContext context) => new()
    {
        ServiceHost = context.Environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST", ""),
        ServicePort = context.Environment.GetValueOrDefault("KUBERNETES_SERVICE_PORT", ""),
        KubeConfig = context.Environment.GetValueOrDefault("KUBECONFIG", ""),
        HomeFolder = context.Host.Home,
        StateFolder = context.Host.StateFolder,
    };
}
