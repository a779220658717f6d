using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Shell;

/// <summary>
/// One job on this machine. Each script is a session of its own; what a script leaves running in its session may serve
/// the following stages and ends with the job. A process that starts a session of its own (<c>setsid</c>) stays, as it
/// does with the official runner.
/// </summary>
internal sealed class ShellEnvironment(ShellPlace place, EnvironmentRequest request) : IJobEnvironment, IMeasuredPlace, ITerminalPlace
{
    private readonly SessionNotes _notes = SessionNotes.In(request.JobFolder);

    /// <summary>Children whose pipes others still hold: they are read on until the end.</summary>
    private readonly List<ChildProcess> _held = [];

    /// <summary>Sessions that still had members when their script had ended.</summary>
    private readonly HashSet<int> _sessions = [];

    /// <summary>The leader of the script that runs now; 0: none.</summary>
    private int _running;

    public EnvironmentHandle Handle { get; } = new("shell", new Dictionary<string, string>());

    public string? HelperCommand => request.Plan.Runner.ExecutablePath;

    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var memory = MemoryKills.Count();
            var child = ChildProcess.Start(StartOf(script, log));
            try
            {
                _notes.Add(child.Id);
                Volatile.Write(ref _running, child.Id);
                var exit = await child.WaitAsync(cancellationToken);
                Warn(child, log);
                return new ScriptExit(exit.Code, exit.Text) { Evidence = exit.IsSuccess ? null : MemoryKills.Since(memory) };
            }
            finally
            {
                Volatile.Write(ref _running, 0);
                await LeaveAsync(child, script.Place);
                RemoveScriptFile();
            }
        }
        catch (Exception broken) when (broken is ProcessException or IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken(broken.Message, broken);
        }
    }

    public ValueTask<PlaceUsage?> MeasureAsync(CancellationToken cancellationToken)
    {
        // The running script's session is enough: what earlier ones left behind is rare and idle.
        if (Volatile.Read(ref _running) is var session and > 0)
        {
            var (cpu, memory) = ProcessGroup.Usage([session]);
            return ValueTask.FromResult<PlaceUsage?>(new PlaceUsage(cpu, memory));
        }

        return ValueTask.FromResult<PlaceUsage?>(null);
    }

    public Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken)
    {
        var project = request.Plan.Folders.Project;
        try
        {
            var child = ChildProcess.Start(new ProcessStart
            {
                FileName = place.Interactive.FileName,
                Arguments = place.Interactive.Arguments,
                WorkingFolder = Directory.Exists(project) ? project : place.WorkingFolder,
                Terminal = true,
                Input = ProcessInput.Written,
                Output = ProcessOutput.Read,
                Environment = new ProcessEnvironment { Set = TerminalVariables() },
                Time = place.Time,
            });
            _notes.Add(child.Id);
            return Task.FromResult<ITerminalShell>(new ShellTerminal(child));
        }
        catch (ProcessException broken)
        {
            throw EnvironmentException.Broken(broken.Message, broken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _held)
        {
            await child.DisposeAsync();
        }

        foreach (var session in _sessions)
        {
            ProcessGroup.KillAll(session);
        }
    }

    /// <summary>As the job's scripts have them; file variables are those that the last stage wrote.</summary>
    private Dictionary<string, string?> TerminalVariables()
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal) { ["TERM"] = "xterm-256color" };
        foreach (var variable in request.Plan.Variables.Distinct().All.Where(v => !v.Key.Contains('=') && !v.Key.Contains('\0')))
        {
            variables[variable.Key] = request.Plan.Variables.Get(variable.Key).Replace("\0", "", StringComparison.Ordinal);
        }

        return variables;
    }

    private ProcessStart StartOf(StageScript script, IJobLog log) => StartOf(Encoding.UTF8.GetBytes(script.Text)) with
    {
        WorkingFolder = place.WorkingFolder,
        Output = ProcessOutput.To(bytes => log.Write(LogStream.ScriptOutput, bytes)),
        Error = ProcessOutput.To(bytes => log.Write(LogStream.ScriptError, bytes)),
        TerminateWait = request.Plan.Runner.GracefulKillTimeout,
        KillWait = request.Plan.Runner.ForceKillTimeout,
        Time = place.Time,
    };

    private ProcessStart StartOf(byte[] script)
    {
        if (ScriptPath is not { } path)
        {
            return new ProcessStart { FileName = place.Command.FileName, Arguments = place.Command.Arguments, Input = ProcessInput.Of(script) };
        }

        var command = ShellCommand.ForFile(request.Plan.Shell, path);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(script);
        return new ProcessStart { FileName = command.FileName, Arguments = command.Arguments };
    }

    private string? ScriptPath => place.ScriptFile is { } name ? Path.Combine(request.JobFolder, name) : null;

    private void RemoveScriptFile()
    {
        if (ScriptPath is { } path)
        {
            File.Delete(path);
        }
    }

    private static void Warn(ChildProcess child, IJobLog log)
    {
        if (child.HasLeftovers)
        {
            var names = ProcessGroup.Members(child.Id).Select(process => $"{process.Name} ({process.Id})");
            log.Warning(
                $"the script has ended, but processes it started hold its output open: {string.Join(", ", names)}. "
                + "What they print from now on is not shown; they are ended with the job.");
        }
    }

    private async Task LeaveAsync(ChildProcess child, StagePlace where)
    {
        // Helper scripts run git and our own commands, which do not use job control: asking for the group is enough.
        if (where == StagePlace.Helper ? ProcessGroup.Exists(child.Id) : ProcessGroup.Members(child.Id).Count > 0)
        {
            _sessions.Add(child.Id);
        }

        if (child.HasLeftovers && child.Exited.IsCompletedSuccessfully)
        {
            _held.Add(child);
        }
        else
        {
            await child.DisposeAsync();
        }
    }
}
