using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>What a script printed and lies in the pod: as much of it as the runner has is removed. One caller.</summary>
internal sealed class KeptOutput(PodScripts scripts, TimeProvider time)
{
    /// <summary>It is removed in portions of this size: that of a piece.</summary>
    private const long Step = 32 * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private long _came;
    private long _removed;
    private Task _removing = Task.CompletedTask;

    /// <param name="folder">Of the script.</param>
    /// <param name="came">As many bytes as the runner has.</param>
    /// <param name="cancellationToken">Ends the removing.</param>
    public void Has(string folder, long came, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _came, came);
        if (came - _removed >= Step && _removing.IsCompleted)
        {
            _removing = RemoveAsync(folder, cancellationToken);
        }
    }

    /// <summary>Ends with the token of the last call.</summary>
    public async Task EndAsync() => await _removing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>The script may be waiting for it, so it is done in the end.</summary>
    private async Task RemoveAsync(string folder, CancellationToken cancellationToken)
    {
        while (Interlocked.Read(ref _came) is var came && came - _removed >= Step)
        {
            try
            {
                if (await scripts.AskAsync(PodPrograms.ToTrim(folder, came), cancellationToken) is not null)
                {
                    _removed = came;
                    continue;
                }
            }
            catch (ClusterException)
            {
                // The same as if it could not be done.
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
