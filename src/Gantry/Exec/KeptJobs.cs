using System.Net.Sockets;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Engine.Shells;
using Gantry.Engine.Traces;

namespace Gantry.Exec;

/// <summary>
/// Failed jobs of a run that wait in their places (<c>--keep-on-failure</c>), and the door to them: a socket in the run's own
/// folder (0700), where <c>gantry shell</c> knocks. A job goes on to its end when somebody was in and has left, or when the user
/// cancels. Thread-safe.
/// </summary>
/// <param name="listener">The door.</param>
/// <param name="key">Of the project.</param>
/// <param name="note">Tells the user.</param>
internal sealed class KeptJobs(Socket listener, string key, Action<string> note) : IDisposable
{
    /// <summary>Of the socket, in the folder of a run.</summary>
    public const string SocketName = "kept.sock";

    private const int LongestRequest = 1024;

    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly List<KeptJob> _kept = [];
    private readonly Action<string> _note = note;

    /// <param name="folder">Of the run; 0700.</param>
    /// <param name="key">Of the project.</param>
    /// <param name="note">Tells the user.</param>
    public static KeptJobs Open(string folder, string key, Action<string> note)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, SocketName)));
        listener.Listen();
        var kept = new KeptJobs(listener, key, note);
        _ = kept.AcceptAsync();
        return kept;
    }

    /// <summary>For a job that begins.</summary>
    public IJobSession SessionOf(string job) => new KeptJob(this, job);

    /// <summary>Every kept job ends now.</summary>
    public void Release() => _over.Cancel();

    public void Dispose()
    {
        _over.Cancel();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync(_over.Token));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The run ends.
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        try
        {
            await using var stream = new NetworkStream(caller, ownsSocket: true);
            if (await ShellLine.ReadAsync(stream, LongestRequest, _over.Token) is not { } request)
            {
                return;
            }

            switch (Choose(request.Split('\t')))
            {
                case (null, var refusal):
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(refusal + "\n"), _over.Token);
                    break;
                case ({ } job, _):
                    await job.EnterAsync(stream, _over.Token);
                    break;
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException)
        {
            // The caller hung up, or the run ends.
        }
    }

    private (KeptJob? Job, string Refusal) Choose(string[] request)
    {
        if (request is not [var project, var name] || project != key)
        {
            return (null, ShellLine.OtherProject);
        }

        lock (_gate)
        {
            var fitting = _kept.Where(job => name.Length == 0 || job.Name == name).ToList();
            return fitting switch
            {
                [var one] => (one, ""),
                [] when _kept.Count == 0 => (null, "no job has failed yet"),
                [] => (null, $"no job '{name}' is kept; kept: {string.Join(", ", _kept.Select(job => job.Name))}"),
                _ => (null, $"several jobs are kept, name one: {string.Join(", ", fitting.Select(job => job.Name))}"),
            };
        }
    }

    private sealed class KeptJob(KeptJobs all, string name) : IJobSession
    {
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ITerminalPlace? _place;
        private int _visits;

        public string Name => name;

        public void Open(ITerminalPlace place) => _place = place;

        public async Task HoldAsync(bool failed, CancellationToken job)
        {
            if (!failed || _place is null || all._over.IsCancellationRequested)
            {
                return;
            }

            lock (all._gate)
            {
                all._kept.Add(this);
            }

            all._note($"{name} failed and is kept as it is: `gantry shell {Quoted()}` in another terminal opens a shell in it; leaving the shell, or Ctrl-C here, ends it.");
            using var end = CancellationTokenSource.CreateLinkedTokenSource(job, all._over.Token);
            await ((Task)_left.Task.WaitAsync(end.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (all._gate)
            {
                all._kept.Remove(this);
            }
        }

        public Task CloseAsync(IJobLog log, CancellationToken job) => Task.CompletedTask;

        public async Task EnterAsync(Stream caller, CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _visits, 1) == 1)
            {
                await caller.WriteAsync(Encoding.UTF8.GetBytes($"somebody is in {name} already\n"), cancellationToken);
                return;
            }

            try
            {
                await using var shell = await _place!.OpenTerminalAsync(cancellationToken);
                await caller.WriteAsync(Encoding.UTF8.GetBytes(ShellLine.Welcome + "\n"), cancellationToken);
                using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var typed = CopyTypedAsync(caller, shell.Terminal, left);
                await CopyAsync(shell.Terminal, caller, left.Token);
                await left.CancelAsync();
                await typed;
                _left.TrySetResult();
            }
            catch (EnvironmentException refused)
            {
                await caller.WriteAsync(Encoding.UTF8.GetBytes($"there can be no shell in {name}: {refused.Message}\n"), cancellationToken);
            }
            finally
            {
                Volatile.Write(ref _visits, 0);
            }
        }

        private string Quoted() => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/') ? name : BashQuoting.Exact(name);

        // Whoever closes the connection has left: the shell goes with them.
        private static async Task CopyTypedAsync(Stream caller, Stream terminal, CancellationTokenSource left)
        {
            await CopyAsync(caller, terminal, left.Token);
            if (!left.IsCancellationRequested)
            {
                await left.CancelAsync();
            }
        }

        private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
        {
            try
            {
                await from.CopyToAsync(to, cancellationToken);
            }
            catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // One of the two has ended.
            }
        }
    }
}
