using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Wrapping;

namespace Gantry.Commands;

/// <summary><c>gantry wrapper</c> (official-cli-config §1.3.9): runs this program as a child and offers a gRPC service to stop it.</summary>
internal static class WrapperCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var listen = flags.Text("grpc-listen", "address of the service: tcp://HOST:PORT or unix://PATH", initial: WrapperService.DefaultAddress);
        var limit = flags.Duration("process-termination-timeout", "how long the process may take to end", initial: TimeSpan.FromSeconds(10));
        return new Command("wrapper", "start multi runner service wrapped with gRPC manager server", flags, async (context, cancellationToken) =>
        {
            if (context.Arguments.Count == 0)
            {
                throw new CommandException("a command is needed behind the flags: gantry wrapper -- run --config FILE");
            }

            await using var process = WrappedProcess.Start(context, limit.Value);
            await using var service = await WrapperService.StartAsync(listen.Value, process, cancellationToken);
            using var quit = Register(PosixSignal.SIGQUIT, () => process.Quit(null));
            using var terminate = Register(PosixSignal.SIGTERM, process.Terminate);
            using var interrupt = Register(PosixSignal.SIGINT, process.Terminate);
            process.Say($"listening on {listen.Value}");
            return await process.EndAsync(cancellationToken);
        })
        {
            Group = CommandGroup.Daemon,
            ArgumentsText = "-- COMMAND [ARGUMENT...]",
            NamesPlatform = true,
        };
    }

    private static PosixSignalRegistration Register(PosixSignal signal, Action tell) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        tell();
    });
}
