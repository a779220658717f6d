using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Demo;

namespace Gantry.Commands;

/// <summary><c>gantry demo</c>: a server, a runner and a first pipeline on this machine; what <c>./run</c> calls.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var data = flags.Text("data", "folder that keeps the server, the runner and the project", initial: ".gantry");
        var sample = flags.Text("sample", "project to push: a folder with a .gitlab-ci.yml, or a git repository");
        var listen = flags.Text("listen", "address of the server", initial: "127.0.0.1:8929");
        var once = flags.Switch("once", "leave with the pipeline's status instead of serving on");
        return new Command("demo", "show a pipeline on this machine: server, runner, push, log", flags, async (context, cancellationToken) =>
        {
            var folder = context.Host.WorkingFolder;
            var settings = new DemoSettings(
                Path.GetFullPath(data.Value, folder),
                Path.GetFullPath(sample.Value.Length > 0 ? sample.Value : throw new CommandException("--sample is needed: a folder with a .gitlab-ci.yml"), folder),
                listen.Value,
                once.Value);
            if (!File.Exists(Path.Combine(settings.SampleFolder, ".gitlab-ci.yml")))
            {
                throw new CommandException($"{settings.SampleFolder} has no .gitlab-ci.yml; --sample names the project to push");
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
            await using var demonstration = new Demonstration(context, settings);
            return await demonstration.RunAsync(stop.Token);
        })
        { Group = CommandGroup.Server };
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
