using System.Runtime.InteropServices;
using Gantry.CommandLine;

namespace Gantry.Commands;

/// <summary><c>gantry server</c>: the small GitLab-compatible CI, and <c>gantry server backup | restore</c>.</summary>
internal static class ServerCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var options = new ServerFlags(flags);
        return new Command("server", "serve repositories, pipelines and runners", flags, (context, cancellation) => context.Arguments.ToArray() switch
        {
            [] => ServeAsync(context, options, cancellation),
            ["backup", ..] => ServerBackup.WriteAsync(context, options.DataFolder(context), [.. context.Arguments.Skip(1)], cancellation),
            ["restore", ..] => ServerBackup.RestoreAsync(context, options.DataFolder(context), [.. context.Arguments.Skip(1)], cancellation),
            [var word, ..] => throw new CommandException($"gantry server knows backup and restore, not '{word}'"),
        })
        {
            ArgumentsText = "[backup FILE | restore FILE]",
            Group = CommandGroup.Server,
        };
    }

    private static async Task<int> ServeAsync(CommandContext context, ServerFlags options, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        var settings = options.Settings(context);
        await using var host = await ServerStart.OpenAsync(context, settings, stop.Token);
        var output = context.Terminal.Output;
        output.WriteLine($"Gantry server on {host.Url}, data in {settings.DataDirectory}");
        output.WriteLine($"The owner's first access token is in {host.RootTokenFile}");
        if (host.OwnerLink is { } link)
        {
            output.WriteLine($"Set the password of {settings.OwnerName} here (works once, within a day): {link}");
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(cancellationToken);
        return 0;
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
