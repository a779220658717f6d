using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Coordinator;

namespace Gantry.Commands;

/// <summary><c>gantry server</c>: the small GitLab-compatible CI.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var listen = flags.Text("listen", "address to listen on", "GANTRY_LISTEN", "127.0.0.1:8929");
        var data = flags.Text("data", "folder for the database, repositories, logs and artifacts", "GANTRY_DATA");
        var external = flags.Text("external-url", "address that users and runners reach", "GANTRY_EXTERNAL_URL");
        var traces = flags.Integer("max-trace-size", "largest job log in MiB", "GANTRY_MAX_TRACE_SIZE", 100);
        var artifacts = flags.Integer("max-artifact-size", "largest artifact in MiB", "GANTRY_MAX_ARTIFACT_SIZE", 100);
        return new Command("server", "serve repositories, pipelines and runners", flags, async (context, cancellationToken) =>
        {
            var folder = Path.GetFullPath(
                data.Value.Length > 0 ? data.Value : Path.Combine(context.Host.StateFolder, "server"), context.Host.WorkingFolder);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
            await using var host = await ServerStart.OpenAsync(
                context,
                new CoordinatorSettings
                {
                    DataDirectory = folder,
                    ListenUrl = $"http://{listen.Value}",
                    ExternalUrl = external.Value.Length > 0 ? external.Value : null,
                    TraceLimit = Mebibytes(traces.Value, "--max-trace-size"),
                    ArtifactLimit = Mebibytes(artifacts.Value, "--max-artifact-size"),
                    Clock = context.Time,
                },
                stop.Token);
            context.Terminal.Output.WriteLine($"Gantry server on {host.Url}, data in {folder}");
            context.Terminal.Output.WriteLine($"The owner's first access token is in {host.RootTokenFile}");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync(cancellationToken);
            return 0;
        })
        { Group = CommandGroup.Server };
    }

    private static long Mebibytes(long value, string flag) =>
        value is > 0 and < 1L << 40 ? value << 20 : throw new CommandException($"{flag} must be a positive number of MiB, not {value}");

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
