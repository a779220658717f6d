using Gantry.CommandLine;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;
using Gantry.Terminal;

namespace Gantry.InPlace;

/// <summary>A command whose lines <c>::add-mask::VALUE</c> are obeyed: from then on VALUE is hidden in what it prints.</summary>
internal static class MaskedProcess
{
    /// <returns>The command's own exit status.</returns>
    public static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        await using var output = ProcessTerminal.OpenOutput();
        await using var error = ProcessTerminal.OpenError();
        var masked = new MaskedOutput(output, error);
        try
        {
            await using var child = ChildProcess.Start(new ProcessStart
            {
                FileName = context.Arguments[0],
                Arguments = [.. context.Arguments.Skip(1)],
                Output = ProcessOutput.To(masked.WriteOutput),
                Error = ProcessOutput.To(masked.WriteError),
            });
            var exit = await child.WaitAsync(cancellationToken);
            masked.Close();
            return exit.Signal == 0 ? exit.Code : 128 + exit.Signal;
        }
        catch (ProcessException problem)
        {
            throw new CommandException(problem.Message);
        }
    }
}
