using Gantry.Engine.Executors;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.VirtualMachines;

/// <summary>
/// A job's time with its machine. Disposing it takes the power away, removes the machine where none is kept or where it did not become
/// ready, and lets the next job in. It never throws.
/// </summary>
internal sealed partial class VmStay(IVirtualMachine machine, IDisposable turn, VmPatience patience, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    public required bool Keeps { get; init; }

    public required long Job { get; init; }

    /// <summary>It has been ready, so that a kept one is worth keeping.</summary>
    public bool Provisioned { get; set; }

    public async ValueTask DisposeAsync()
    {
        using var budget = new CancellationTokenSource(patience.Leaving, time);
        try
        {
            if (await machine.StatusAsync(budget.Token) is null)
            {
                return;
            }

            if (Keeps && Provisioned)
            {
                await machine.StopAsync(budget.Token);
            }
            else
            {
                await machine.RemoveAsync(budget.Token);
            }
        }
        catch (Exception e) when (e is EnvironmentException or OperationCanceledException)
        {
            Log.Stays(logger, Job, machine.Name, e.Message);
        }
        finally
        {
            turn.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job}: its VM {machine} could not be switched off or removed: {why}")]
        public static partial void Stays(ILogger logger, long job, string machine, string why);
    }
}
