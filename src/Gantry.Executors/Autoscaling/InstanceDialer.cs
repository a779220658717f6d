using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Executors.Ssh;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling;

/// <summary>Gets into instances. One that has just begun to run is tried again and again, as long as the settings say. Thread-safe.</summary>
internal sealed partial class InstanceDialer(IInstanceProvider provider, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FixedPatience = TimeSpan.FromSeconds(30);

    /// <exception cref="EnvironmentException">It cannot be got into, whatever is tried.</exception>
    public async Task<InstanceRoute> FindAsync(string id, ConnectorSettings connector, CancellationToken cancellationToken)
    {
        try
        {
            var access = await provider.AccessAsync(id, cancellationToken);
            return new InstanceRoute(id, InstanceTarget.SshTo(id, access, connector), access.Timeout ?? connector.Timeout ?? (provider.Traits.IsFixed ? FixedPatience : Patience))
            {
                InternalAddress = access.InternalAddress,
                ExternalAddress = access.ExternalAddress,
            };
        }
        catch (ProviderException e)
        {
            throw EnvironmentException.Broken(e.Message, e);
        }
    }

    /// <exception cref="EnvironmentException">It cannot be got into.</exception>
    public async Task<SshConnection> OpenAsync(InstanceRoute route, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await AttemptAsync(route, cancellationToken);
            }
            catch (EnvironmentException broken) when (MayPass(broken) && time.GetElapsedTime(since) + Pause < route.Timeout)
            {
                Log.NotYet(logger, route.Id, broken.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Runs a command to its end; what it says is for the operator.</summary>
    /// <param name="route">To the instance.</param>
    /// <param name="name">What the command is, for messages.</param>
    /// <param name="command">Read by the user's login shell.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="EnvironmentException">It cannot be run, or fails.</exception>
    public async Task RunAsync(InstanceRoute route, string name, string command, CancellationToken cancellationToken)
    {
        using var connection = await OpenAsync(route, cancellationToken);
        var said = new LogLines(line => Log.Said(logger, route.Id, name, line));
        var complained = new LogLines(line => Log.Said(logger, route.Id, name, line));
        var exit = await RemoteCommand.RunAsync(connection, command, [], (said.Take, complained.Take), time, cancellationToken);
        said.End();
        complained.End();
        if (exit.Status != 0)
        {
            throw EnvironmentException.Broken(string.Create(CultureInfo.InvariantCulture, $"{name}: it ended with status {exit.Status}; what it said is in the runner's log"));
        }
    }

    /// <summary>A machine that is there anyway lets the runner in at once, or never.</summary>
    private bool MayPass(EnvironmentException broken) => provider.Traits.IsFixed ? broken.Retriable : SshConnection.MayPass(broken);

    private async Task<SshConnection> AttemptAsync(InstanceRoute route, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(route.Timeout < Attempt ? route.Timeout : Attempt, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await SshConnection.OpenAsync(route.Ssh, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EnvironmentException.Broken($"instance {route.Id}: {route.Ssh.Host}:{route.Ssh.Port} said nothing within {GoDuration.Format(route.Timeout < Attempt ? route.Timeout : Attempt)}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Instance {Instance} cannot be connected to yet: {Why}")]
        public static partial void NotYet(ILogger logger, string instance, string why);

        [LoggerMessage(LogLevel.Information, "Instance {Instance}: {Name}: {Line}")]
        public static partial void Said(ILogger logger, string instance, string name, string line);
    }
}

/// <summary>The way to an instance.</summary>
/// <param name="Id">The instance.</param>
/// <param name="Ssh">How to get in.</param>
/// <param name="Timeout">How long that is tried.</param>
internal sealed record InstanceRoute(string Id, SshSettings Ssh, TimeSpan Timeout)
{
    public string InternalAddress { get; init; } = "";

    public string ExternalAddress { get; init; } = "";
}
