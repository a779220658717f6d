using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Terminal;

namespace Gantry.Commands;

/// <summary><c>gantry top</c>: the running daemon's jobs and runners, kept up to date in the terminal.</summary>
internal static class TopCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var place = new DaemonFlags(flags);
        var interval = flags.Duration("interval", "time between two looks", initial: TimeSpan.FromSeconds(1));
        var once = flags.Switch("once", "print one look and leave");
        return new Command("top", "watch the running daemon: jobs, stages, processor and memory", flags, async (context, cancellationToken) =>
        {
            if (interval.Value < TimeSpan.FromMilliseconds(100))
            {
                throw new CommandException("--interval: 100ms is the least");
            }

            await using var daemon = await place.ConnectAsync(context, cancellationToken);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
            var screen = new Dashboard(context.Terminal, context.Time);
            try
            {
                if (once.Value || !context.Terminal.OutputIsTerminal)
                {
                    screen.Print(await daemon.AskAsync("status", stop.Token));
                    return 0;
                }

                await screen.RunAsync(token => daemon.AskAsync("status", token), interval.Value, stop.Token);
                return 0;
            }
            catch (IOException problem)
            {
                throw new CommandException(problem.Message);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        })
        { Group = CommandGroup.Daemon };
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
