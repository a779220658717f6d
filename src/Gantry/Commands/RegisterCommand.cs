using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary><c>gantry register</c> (official-cli-config §1.3.3): its own flags, and one per key of a runner entry.</summary>
internal static class RegisterCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var template = flags.Text("template-config", "path to the configuration template file", "TEMPLATE_CONFIG_FILE");
        var tags = flags.Text("tag-list", "tag list (registration tokens only)", "RUNNER_TAG_LIST");
        var quiet = flags.Switch("non-interactive, n", "run without asking", "REGISTER_NON_INTERACTIVE");
        var leave = flags.Switch("leave-runner", "don't remove the runner if registration fails", "REGISTER_LEAVE_RUNNER");
        var registration = flags.Text("registration-token, r", "registration token", "REGISTRATION_TOKEN");
        var untagged = flags.Switch("run-untagged", "run jobs without tags (registration tokens only)", "REGISTER_RUN_UNTAGGED");
        var locked = flags.Switch("locked", "lock to the current project (registration tokens only)", "REGISTER_LOCKED", initial: true);
        var access = flags.Text("access-level", "not_protected or ref_protected (registration tokens only)", "REGISTER_ACCESS_LEVEL");
        var timeout = flags.Integer("maximum-timeout", "longest job in seconds (registration tokens only)", "REGISTER_MAXIMUM_TIMEOUT");
        var paused = flags.Switch("paused", "start paused (registration tokens only)", "REGISTER_PAUSED");
        var note = flags.Text("maintenance-note", "note for the runner's maintainers (registration tokens only)", "REGISTER_MAINTENANCE_NOTE");
        var entry = RunnerEntryFlags.AddTo(flags);
        return new Command("register", "register a new runner", flags, (context, cancellationToken) => RunnerTools.UseAsync(
            context,
            (tools, cancellation) =>
            {
                ModeNotice.Write(context, registers: true);
                if (entry.Text("name").Length == 0)
                {
                    RunnerEntryFlags.Set(entry, "--name", context.Host.HostName);
                }

                var attempt = new RunnerRegistration(
                    new RegisterRequest
                    {
                        ConfigPath = RunnerTools.ConfigPath(context, config),
                        TemplatePath = template.Value,
                        TagList = tags.Value,
                        NonInteractive = quiet.Value,
                        LeaveRunner = leave.Value,
                        RegistrationToken = new Secret(registration.Value),
                        RunUntagged = untagged.Value,
                        Locked = locked.Value,
                        AccessLevel = access.Value,
                        MaximumTimeout = (int)Math.Clamp(timeout.Value, 0, int.MaxValue),
                        Paused = paused.Value,
                        MaintenanceNote = note.Value,
                        Runner = entry,
                        Executors = ExecutorTable.Names,
                    },
                    new Dialogue(context.Terminal.Error, context.Terminal.ReadLine, !quiet.Value),
                    tools);
                return InterruptibleAsync(attempt, cancellation);
            },
            cancellationToken))
        { NamesPlatform = true };
    }

    /// <summary>Ctrl-C while a question waits for its answer: what was made on the server goes, and the process ends.</summary>
    private static async Task InterruptibleAsync(RunnerRegistration attempt, CancellationToken cancellationToken)
    {
        var interrupted = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Note(signal, interrupted, "interrupt"));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Note(signal, interrupted, "terminated"));
        var running = Task.Run(() => attempt.RunAsync(cancellationToken), cancellationToken);
        if (await Task.WhenAny(running, interrupted.Task) == running)
        {
            await running;
            return;
        }

        await attempt.UndoAsync();
        throw new CommandException($"RECEIVED SIGNAL: {await interrupted.Task}");
    }

    private static void Note(PosixSignalContext signal, TaskCompletionSource<string> interrupted, string name)
    {
        signal.Cancel = true;
        interrupted.TrySetResult(name);
    }
}
