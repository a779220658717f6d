using Gantry.CommandLine;
using Gantry.Doctor;

namespace Gantry.Commands;

/// <summary><c>gantry doctor</c>: looks at everything a runner needs, and says for each thing that is wrong how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var state = RunnerTools.StateFlag(flags);
        return new Command("doctor", "check this machine and its configuration", flags, async (context, cancellationToken) =>
        {
            var path = RunnerTools.ConfigPath(context, config);
            var report = new CheckReport(context.Terminal.Output, context.Terminal.OutputIsTerminal);
            await new MachineCheckup(context, path, RunnerTools.StateFolder(context, state, path), report).RunAsync(cancellationToken);
            return report.Finish();
        })
        {
            Aliases = ["self-check"],
            Group = CommandGroup.Help,
            Details = "Exit status 0: nothing is wrong, or only warnings; 1: something must be mended.",
        };
    }
}
