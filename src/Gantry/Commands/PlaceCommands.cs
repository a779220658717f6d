using System.Globalization;
using Gantry.CommandLine;
using Gantry.InPlace;

namespace Gantry.Commands;

/// <summary>What runs inside a job's place besides transfers (official-cli-config §1.4.5 to §1.4.9).</summary>
internal static class PlaceCommands
{
    public static Command CacheInit()
    {
        var flags = new FlagSet();
        return new Command("cache-init", "changed permissions for cache paths (internal)", flags, (context, _) =>
        {
            if (context.Arguments.Count == 0)
            {
                throw new CommandException("No arguments passed, at least one path is required.");
            }

            foreach (var path in context.Arguments)
            {
                Open(path);
            }

            return Task.FromResult(0);
        })
        { Hidden = true, ArgumentsText = "PATH..." };
    }

    public static Command HealthCheck()
    {
        var flags = new FlagSet();
        var ports = flags.List("port, p", "port on this machine to wait for");
        return new Command("health-check", "check health for a specific address (internal)", flags, async (context, cancellationToken) =>
        {
            var numbers = ports.ConvertAll(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
                ? port
                : throw new CommandException($"--port {text} is not a port number"));
            var (address, wanted) = numbers.Count > 0 ? ("localhost", numbers) : ServiceHealth.FromEnvironment(context.Environment);
            if (wanted.Count == 0)
            {
                throw new CommandException("No HOST or PORT found");
            }

            await new ServiceHealth(context.Terminal.Output, context.Time).WaitAsync(address, wanted, cancellationToken);
            return 0;
        })
        { Hidden = true };
    }

    public static Command ReadLogs()
    {
        var flags = new FlagSet();
        var path = flags.Text("path", "file to read");
        var offset = flags.Integer("offset", "where to begin, in bytes");
        var wait = flags.Duration("wait-file-timeout", "how long to wait until the file is there", initial: TimeSpan.FromSeconds(1));
        return new Command("read-logs", "reads job logs from a file (internal)", flags, async (context, cancellationToken) =>
        {
            if (path.Value.Length == 0)
            {
                throw new CommandException("--path is needed");
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(
                System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
                {
                    signal.Cancel = true;
                    stop.Cancel();
                });
            try
            {
                return await new LogFollower(context.Terminal.Output, context.Time).RunAsync(path.Value, offset.Value, wait.Value, stop.Token)
                    ? 0
                    : throw new CommandException($"the file {path.Value} does not exist", LogFollower.MissingFile);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(problem.Message);
            }
        })
        { Hidden = true };
    }

    public static Command ProxyExec()
    {
        var flags = new FlagSet();
        var bootstrap = flags.Switch("bootstrap", "copy this program to the temporary folder and leave");
        var folder = flags.Text("temp-dir", "temporary folder");
        return new Command("proxy-exec", "execute a command with masked output (internal)", flags, async (context, cancellationToken) =>
        {
            var temporary = context.Environment.GetValueOrDefault("RUNNER_TEMP_PROJECT_DIR") is { Length: > 0 } given ? given : folder.Value;
            if (bootstrap.Value)
            {
                CopySelf(context, Path.Combine(temporary.Length > 0 ? temporary : Path.GetTempPath(), "gitlab-runner-helper"));
                return 0;
            }

            return context.Arguments.Count > 0
                ? await MaskedProcess.RunAsync(context, cancellationToken)
                : throw new CommandException("a command is needed behind the flags");
        })
        { Hidden = true, ArgumentsText = "COMMAND [ARGUMENT...]" };
    }

    public static Command Steps()
    {
        var flags = new FlagSet();
        flags.Text("socket", "socket of the step runner");
        return new Command("steps", "run steps (internal)", flags, (context, _) => context.Arguments switch
        {
            ["bootstrap", var destination] => Bootstrap(context, destination),
            _ => throw new CommandException("this version has no step runner: of the steps commands there is only `bootstrap DESTINATION`"),
        })
        { Hidden = true, ArgumentsText = "bootstrap DESTINATION" };
    }

    private static Task<int> Bootstrap(CommandContext context, string destination)
    {
        CopySelf(context, Path.GetFullPath(destination, context.Host.WorkingFolder));
        return Task.FromResult(0);
    }

    private static void CopySelf(CommandContext context, string destination)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
            File.Copy(context.Host.ExecutablePath, destination, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"this program cannot be copied to {destination}: {problem.Message}");
        }
    }

    private static void Open(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                const UnixFileMode Everybody = (UnixFileMode)511; // 0777
                if (Directory.Exists(path))
                {
                    new DirectoryInfo(path).UnixFileMode = Everybody;
                }
                else
                {
                    File.SetUnixFileMode(path, Everybody);
                }
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"failed to chmod path {path}: {problem.Message}");
        }
    }
}
