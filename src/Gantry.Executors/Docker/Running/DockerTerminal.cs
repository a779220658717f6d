using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>A shell for a person in the build container of a running job, beside the job's own script.</summary>
internal sealed class DockerTerminal : ITerminalShell
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EndBudget = TimeSpan.FromSeconds(10);

    private readonly DockerJob _job;
    private readonly string _container;
    // In the environment of everything that the person starts, so all of it can be found and ended.
    private readonly string _mark;
    private readonly string _exec;
    private readonly HijackedStream _stream;

    private DockerTerminal(DockerJob job, string container, string mark, string exec, HijackedStream stream) =>
        (_job, _container, _mark, _exec, _stream) = (job, container, mark, exec, stream);

    public Stream Terminal => _stream;

    /// <summary>Waits for the container to run.</summary>
    /// <param name="job">Whose.</param>
    /// <param name="container">Gives its id, or null while there is none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EnvironmentException">The engine refuses.</exception>
    public static async Task<DockerTerminal> OpenAsync(DockerJob job, Func<string?> container, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (container() is { } id && await TryAsync(job, id, cancellationToken) is { } terminal)
            {
                return terminal;
            }

            await Task.Delay(Look, job.Time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        using var budget = new CancellationTokenSource(EndBudget, _job.Time);
        try
        {
            // The engine lets an exec go on when its connection is closed.
            var command = await _job.Guest.EndInteractiveAsync(_mark, async () => (await _job.Engine.Containers.InspectExecAsync(_exec, budget.Token)).Pid);
            var exec = await _job.Engine.Containers.CreateExecAsync(
                _container,
                new ExecSpec { Cmd = command, User = _job.Guest.Superuser, AttachStdout = true }, budget.Token);
            await using var stream = await _job.Engine.Containers.StartExecAsync(exec, terminal: false, budget.Token);
            await StreamFrames.CopyAsync(stream, (_, _) => { }, budget.Token);
        }
        catch (Exception e) when (e is EngineException or IOException or OperationCanceledException)
        {
            // The container has ended, and the shell with it.
        }
    }

    /// <summary>Null while it does not run.</summary>
    private static async Task<DockerTerminal?> TryAsync(DockerJob job, string container, CancellationToken cancellationToken)
    {
        try
        {
            if (!(await job.Engine.Containers.InspectAsync(container, cancellationToken)).State.Running)
            {
                return null;
            }

            var mark = $"GANTRY_TERMINAL={Guid.NewGuid():n}";
            var exec = await job.Engine.Containers.CreateExecAsync(container, new ExecSpec
            {
                AttachStdin = true,
                AttachStdout = true,
                AttachStderr = true,
                Tty = true,
                Env = [mark],
                Cmd = job.Guest.Interactive(job.Plan.Shell, job.Plan.Folders.Project),
            }, cancellationToken);
            return new DockerTerminal(job, container, mark, exec, await job.Engine.Containers.StartExecAsync(exec, terminal: true, cancellationToken));
        }
        catch (EngineException e) when (e.IsNotFound || e.IsConflict)
        {
            // Between two scripts it does not run, and after a cancel there is another one.
            return null;
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"opening a terminal in the build container: {e.Message}", e);
        }
    }
}
