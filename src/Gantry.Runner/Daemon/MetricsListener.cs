using Gantry.Runner.Metrics;
using Gantry.Runner.Registration;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>The metrics server where the file wants it: it starts, moves and stops while the daemon runs. Not thread-safe.</summary>
/// <param name="start">Makes a server on a complete address.</param>
/// <param name="pinned">Address that holds whatever the file says; null: the file's.</param>
/// <param name="logger">For the operator.</param>
internal sealed partial class MetricsListener(
    Func<string, CancellationToken, Task<MetricsServer>> start, string? pinned, ILogger logger) : IAsyncDisposable
{
    private MetricsServer? _server;
    private string _wanted = "";
    private string _address = "";

    /// <summary>With the port that was bound; null while nothing is served.</summary>
    public string? Url => _server?.Url;

    /// <summary>At the start of the daemon. An unusable address is no address, which the log says.</summary>
    /// <exception cref="RunnerCommandException">Somebody else has the address.</exception>
    public async Task StartAsync(string configured, CancellationToken cancellationToken)
    {
        _wanted = pinned ?? configured;
        if (!ListenAddress.TryComplete(_wanted, out var address))
        {
            Log.WrongAddress(logger, _wanted, "off");
            return;
        }

        if (address.Length == 0)
        {
            Log.NotListening(logger);
            return;
        }

        try
        {
            await ListenAsync(address, cancellationToken);
        }
        catch (IOException problem)
        {
            throw new RunnerCommandException($"Failed to create listener for metrics server on {address}: {problem.Message}");
        }
    }

    /// <summary>After a change of the file. What cannot be bound leaves everything as it was.</summary>
    public async Task ChangeAsync(string configured, CancellationToken cancellationToken)
    {
        if (pinned is not null || configured == _wanted)
        {
            return;
        }

        _wanted = configured;
        if (!ListenAddress.TryComplete(configured, out var address))
        {
            Log.WrongAddress(logger, configured, _server is null ? "off" : "where they were");
            return;
        }

        // Before the new one: the two addresses may be the same port.
        var before = _address;
        await StopAsync();
        if (address.Length == 0)
        {
            Log.Off(logger);
        }
        else if (!await TryListenAsync(address, cancellationToken) && before.Length > 0)
        {
            await TryListenAsync(before, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<bool> TryListenAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            await ListenAsync(address, cancellationToken);
            return true;
        }
        catch (IOException problem)
        {
            Log.NotBound(logger, address, problem.Message);
            return false;
        }
    }

    private async Task ListenAsync(string address, CancellationToken cancellationToken)
    {
        (_server, _address) = (await start(address, cancellationToken), address);
        using var fields = LogFields.With(logger, ("address", new Uri(_server.Url).Authority));
        Log.Listening(logger);
    }

    private async Task StopAsync()
    {
        if (_server is { } server)
        {
            (_server, _address) = (null, "");
            await server.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "listen_address not defined, metrics & debug endpoints disabled")]
        public static partial void NotListening(ILogger logger);

        [LoggerMessage(LogLevel.Information, "listen_address was removed, metrics & debug endpoints are off")]
        public static partial void Off(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Metrics server listening")]
        public static partial void Listening(ILogger logger);

        [LoggerMessage(LogLevel.Error, "listen_address \"{address}\" is no HOST:PORT; metrics & debug endpoints are {state}")]
        public static partial void WrongAddress(ILogger logger, string address, string state);

        [LoggerMessage(LogLevel.Error, "Failed to create listener for metrics server on {address}: {why}")]
        public static partial void NotBound(ILogger logger, string address, string why);
    }
}
