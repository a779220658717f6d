using Gantry.Runner.Configuration;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Registration;

/// <summary>Which executor, and what it needs to know (official-cli-config §1.3.3.2 steps 5 and 6).</summary>
internal sealed partial class ExecutorQuestions(Dialogue dialogue, bool onWindows, ILogger logger)
{
    /// <summary>Tables of executors; those that the chosen one does not use are not saved.</summary>
    private static readonly string[] Tables =
        ["instance", "ssh", "docker", "parallels", "virtualbox", "machine", "kubernetes", "custom", "autoscaler"];

    public void Ask(ConfigTable entry, IReadOnlyList<string> known)
    {
        var executor = AskName(entry, known);
        entry.Set("executor", executor);
        var own = TablesOf(executor);
        foreach (var table in Tables.Except(own))
        {
            entry.Remove(table);
        }

        entry.Remove("referees");
        foreach (var table in own.Where(t => t is not ("autoscaler" or "instance")))
        {
            entry.Grow(table);
        }

        AskDetails(entry, executor);
        GrowFlagTables(entry);
    }

    private string AskName(ConfigTable entry, IReadOnlyList<string> known)
    {
        var names = string.Join(", ", known.Order(StringComparer.Ordinal));
        while (true)
        {
            var name = dialogue.Ask("executor", $"Enter an executor: {names}:", entry.Text("executor"));
            if (known.Contains(name))
            {
                return name;
            }

            const string Message = "Invalid executor specified";
            var why = $"there is no executor \"{name}\"";
            if (!dialogue.IsInteractive)
            {
                throw new RunnerCommandException($"{Message}: {why}; choose one of {names}");
            }

            Log.InvalidExecutor(logger, why);
            entry.Remove("executor");
        }
    }

    private static string[] TablesOf(string executor) => executor switch
    {
        "docker" or "docker-windows" => ["docker"],
        "docker+machine" => ["docker", "machine"],
        "docker-autoscaler" => ["docker", "autoscaler"],
        "docker-ssh" => ["docker", "ssh"],
        "docker-ssh+machine" => ["docker", "ssh", "machine"],
        "instance" => ["instance", "autoscaler"],
        "ssh" => ["ssh"],
        "parallels" => ["ssh", "parallels"],
        "virtualbox" => ["ssh", "virtualbox"],
        "kubernetes" => ["kubernetes"],
        "custom" => ["custom"],
        _ => [],
    };

    private void AskDetails(ConfigTable entry, string executor)
    {
        switch (executor)
        {
            case "docker" or "docker+machine" or "docker-autoscaler":
                AskDocker(entry, "ruby:3.3", "/cache", volume => volume == "/cache");
                break;
            case "docker-ssh" or "docker-ssh+machine":
                AskDocker(entry, "ruby:3.3", "/cache", volume => volume == "/cache");
                AskLogin(entry);
                break;
            case "docker-windows":
                DefaultShell(entry);
                AskDocker(entry, "mcr.microsoft.com/windows/servercore:1809", "c:\\cache", volume => volume.Contains("c:\\cache", StringComparison.OrdinalIgnoreCase));
                break;
            case "shell" when onWindows:
                DefaultShell(entry);
                break;
            case "ssh":
                AskServer(entry);
                AskLogin(entry);
                break;
            case "parallels":
                AskInto(entry.Grow("parallels"), "base_name", "parallels-base-name", "Enter the Parallels VM (for example, my-vm):");
                AskServer(entry);
                break;
            case "virtualbox":
                AskInto(entry.Grow("virtualbox"), "base_name", "virtualbox-base-name", "Enter the VirtualBox VM (for example, my-vm):");
                AskLogin(entry);
                break;
            default:
                break;
        }
    }

    private void AskDocker(ConfigTable entry, string example, string cache, Func<string, bool> isCache)
    {
        var docker = entry.Grow("docker");
        AskInto(docker, "image", "docker-image", $"Enter the default Docker image (for example, {example}):");
        var volumes = docker.TextList("volumes");
        var hasCache = cache == "/cache"
            ? volumes.Any(v => isCache(v.Split(':')[^1]))
            : volumes.Any(isCache);
        if (!docker.Boolean("disable_cache") && !hasCache)
        {
            docker.Set("volumes", (List<string>)[.. volumes, cache]);
        }
    }

    private void AskServer(ConfigTable entry)
    {
        var ssh = entry.Grow("ssh");
        AskInto(ssh, "host", "ssh-host", "Enter the SSH server address (for example, my.server.com):");
        AskInto(ssh, "port", "ssh-port", "Enter the SSH server port (for example, 22):", optional: true);
    }

    private void AskLogin(ConfigTable entry)
    {
        var ssh = entry.Grow("ssh");
        AskInto(ssh, "user", "ssh-user", "Enter the SSH user (for example, root):");
        AskInto(ssh, "password", "ssh-password", "Enter the SSH password (for example, docker.io):", optional: true);
        AskInto(ssh, "identity_file", "ssh-identity-file", "Enter the path to the SSH identity file (for example, /home/user/.ssh/id_rsa):", optional: true);
    }

    private void AskInto(ConfigTable table, string key, string flag, string prompt, bool optional = false) =>
        table.Set(key, dialogue.Ask(flag, prompt, table.Text(key), optional));

    private static void DefaultShell(ConfigTable entry)
    {
        if (entry.Text("shell").Length == 0)
        {
            entry.Set("shell", "pwsh");
        }
    }

    /// <summary>The official flag library makes every table that has flags, so the saved file has them (§1.2.3 rule 4).</summary>
    private static void GrowFlagTables(ConfigTable entry)
    {
        var cache = entry.Grow("cache");
        cache.Grow("s3");
        cache.Grow("gcs");
        cache.Grow("azure");
        if (entry.Table("kubernetes") is not { } kubernetes)
        {
            return;
        }

        foreach (var context in kubernetes.Shape.Keys.Where(k => k.Name.EndsWith("_security_context", StringComparison.Ordinal)))
        {
            var table = kubernetes.Grow(context.Name);
            foreach (var inner in context.Shape!.Keys.Where(k => k.Kind == ConfigKind.Table))
            {
                table.Grow(inner.Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Invalid executor specified: {why}")]
        public static partial void InvalidExecutor(ILogger logger, string why);
    }
}
