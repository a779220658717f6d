using Gantry.Engine;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Registration;

/// <summary>
/// The commands about entries of a file: <c>list</c>, <c>verify</c>, <c>unregister</c>, <c>reset-token</c>
/// (official-cli-config §1.3.1, §1.3.4–§1.3.6).
/// </summary>
public sealed partial class RunnerCommands(RegistrationTools tools)
{
    private readonly ILogger _logger = tools.Logger;

    /// <summary>One line per entry. The full token is shown, as scripts expect.</summary>
    public void List(string configPath)
    {
        using (LogFields.With(_logger, ("ConfigFile", configPath)))
        {
            Log.Listing(_logger);
        }

        RunnerDaemonSettings settings;
        try
        {
            settings = Load(configPath);
        }
        catch (Exception problem) when (problem is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            // As the official command: it lists what can be listed, which is nothing.
            Log.NotLoaded(_logger, problem.Message);
            return;
        }

        foreach (var runner in settings.Runners)
        {
            using (LogFields.With(
                _logger, ("Executor", runner.Settings.Executor), ("Token", runner.Settings.Token.Reveal()), ("URL", runner.Settings.Url)))
            {
                Log.Entry(_logger, runner.Settings.Name);
            }
        }
    }

    /// <param name="configPath">The file.</param>
    /// <param name="selection">By name, or token and address; nothing: all.</param>
    /// <param name="delete">Remove entries that the server rejects.</param>
    /// <exception cref="RunnerCommandException">Nothing selected, or the server rejects an entry and it is not to be removed.</exception>
    public async Task VerifyAsync(string configPath, RunnerSelection selection, bool delete, CancellationToken cancellationToken)
    {
        var settings = Load(configPath);
        var rejected = new List<int>();
        foreach (var runner in selection.Matching(settings))
        {
            var identity = RunnerIdentities.For(tools.Context.Version, runner.Settings, tools.Traits(runner.Settings.Executor), runner.Facts);
            var answer = await tools.Clients.For(runner.Endpoint).VerifyAsync(identity, settings.SystemId, cancellationToken);
            if (answer is VerifyAnswer.Rejected)
            {
                rejected.Add(runner.Index);
            }
        }

        if (rejected.Count == 0)
        {
            return;
        }

        if (!delete)
        {
            throw new RunnerCommandException("Failed to verify runners");
        }

        Remove(configPath, rejected);
    }

    /// <exception cref="RunnerCommandException">No such entry, or the server refused to forget it.</exception>
    public async Task UnregisterAsync(string configPath, RunnerSelection selection, CancellationToken cancellationToken)
    {
        if (!selection.All && selection.Name.Length == 0 && selection.Token.IsEmpty)
        {
            throw new RunnerCommandException("at least one of --name or --token must be specified");
        }

        var settings = Load(configPath);
        if (!selection.All)
        {
            var runner = selection.Single(settings);
            if (!await UnregisterAsync(runner, tools.Clients.For(selection.Endpoint(runner)), settings.SystemId, cancellationToken))
            {
                throw new RunnerCommandException($"Failed to unregister runner {runner.Settings.Name}");
            }

            Remove(configPath, [runner.Index]);
            return;
        }

        Log.UnregisteringAll(_logger);
        var gone = new List<int>();
        foreach (var runner in settings.Runners)
        {
            if (await UnregisterAsync(runner, tools.Clients.For(selection.Endpoint(runner)), settings.SystemId, cancellationToken))
            {
                gone.Add(runner.Index);
            }
            else
            {
                Log.NotUnregistered(_logger, runner.Settings.Name);
            }
        }

        Remove(configPath, gone);
    }

    /// <param name="configPath">The file.</param>
    /// <param name="selection">By name, by address and id, or all.</param>
    /// <param name="personalAccessToken">Empty: the runner's own token resets itself.</param>
    /// <exception cref="RunnerCommandException">No such entry, or the server refused.</exception>
    public async Task ResetTokenAsync(
        string configPath, RunnerSelection selection, Secret personalAccessToken, CancellationToken cancellationToken)
    {
        var settings = Load(configPath);
        var file = ConfigFile.Open(configPath);
        var runners = selection.All ? settings.Runners : [selection.Single(settings)];
        foreach (var runner in runners)
        {
            if (await ResetTokenAsync(runner, personalAccessToken, cancellationToken) is { } renewed)
            {
                TokenRotation.Store(file, runner.Index, renewed, tools.Time.GetUtcNow());
                file.Save();
            }
            else if (!selection.All)
            {
                throw new RunnerCommandException($"Failed to reset runner token {runner.Settings.Name}");
            }
            else
            {
                Log.NotReset(_logger, runner.Settings.Name);
            }
        }

        Log.Updated(_logger, configPath);
    }

    private async Task<ResetTokenAnswer.Renewed?> ResetTokenAsync(RunnerEntry runner, Secret personalAccessToken, CancellationToken cancellationToken)
    {
        var client = tools.Clients.For(runner.Endpoint);
        var answer = personalAccessToken.IsEmpty
            ? await client.ResetTokenAsync(cancellationToken)
            : await client.ResetTokenAsync(runner.Settings.Id, personalAccessToken, cancellationToken);
        return answer as ResetTokenAnswer.Renewed;
    }

    private static Task<bool> UnregisterAsync(RunnerEntry runner, GitLabClient client, string systemId, CancellationToken cancellationToken) =>
        TokenKinds.IsAuthenticationToken(runner.Settings.Token)
            ? client.UnregisterManagerAsync(systemId, cancellationToken)
            : client.UnregisterAsync(cancellationToken);

    private RunnerDaemonSettings Load(string configPath) => SettingsReader.Load(configPath, tools.Context);

    private void Remove(string configPath, IReadOnlyList<int> indices)
    {
        var file = ConfigFile.Open(configPath);
        foreach (var index in indices.OrderDescending())
        {
            file.RemoveRunner(index);
        }

        file.Save();
        Log.Updated(_logger, configPath);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Listing configured runners")]
        public static partial void Listing(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "{problem}")]
        public static partial void NotLoaded(ILogger logger, string problem);

        [LoggerMessage(LogLevel.Information, "{name}")]
        public static partial void Entry(ILogger logger, string name);

        [LoggerMessage(LogLevel.Warning, "Unregistering all runners")]
        public static partial void UnregisteringAll(ILogger logger);

        [LoggerMessage(LogLevel.Error, "Failed to unregister runner {name}")]
        public static partial void NotUnregistered(ILogger logger, string name);

        [LoggerMessage(LogLevel.Error, "Failed to reset runner token {name}")]
        public static partial void NotReset(ILogger logger, string name);

        [LoggerMessage(LogLevel.Information, "Updated {path}")]
        public static partial void Updated(ILogger logger, string path);
    }
}
