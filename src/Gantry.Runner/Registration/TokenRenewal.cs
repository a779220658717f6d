using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Registration;

/// <summary>Renews runner tokens at three quarters of their life and writes the file; the reload then takes the new ones (official-cli-config §3.4).</summary>
internal sealed partial class TokenRenewal(GitLabClients clients, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;
    private TimeSpan _retry = FirstRetry;
    private string? _warned;

    /// <summary>Renews at most one token.</summary>
    public async Task CheckAsync(RunnerDaemonSettings settings, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (TokenRotation.Next(settings.Runners) is not { } next || next.At > now || _notBefore > now)
        {
            return;
        }

        var runner = next.Runner;
        if (runner.Settings.FeatureFlags.GetValueOrDefault("FF_DISABLE_AUTOMATIC_TOKEN_ROTATION"))
        {
            if (_warned != runner.Settings.ShortToken)
            {
                _warned = runner.Settings.ShortToken;
                Log.RotationOff(logger, runner.Settings.Name, runner.TokenExpiresAt);
            }

            return;
        }

        if (await clients.For(runner.Endpoint).ResetTokenAsync(cancellationToken) is not ResetTokenAnswer.Renewed renewed)
        {
            (_notBefore, _retry) = (now + _retry, _retry * 2 > LongestRetry ? LongestRetry : _retry * 2);
            return;
        }

        (_notBefore, _retry) = (DateTimeOffset.MinValue, FirstRetry);
        Store(settings, runner, renewed, now);
    }

    private void Store(RunnerDaemonSettings settings, RunnerEntry runner, ResetTokenAnswer.Renewed renewed, DateTimeOffset now)
    {
        try
        {
            var file = ConfigFile.Open(settings.Path);
            var entries = file.Document.Table.Tables("runners");
            var index = Enumerable.Range(0, entries.Count).FirstOrDefault(i => entries[i].Text("token") == runner.Table.Text("token"), -1);
            if (index >= 0)
            {
                TokenRotation.Store(file, index, renewed, now);
                file.Save();
                Log.Renewed(logger, runner.Settings.Name);
                return;
            }

            Log.NotStored(logger, runner.Settings.Name, "the entry is no longer in the file");
        }
        catch (Exception problem) when (problem is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            // The old token is void by now: somebody must act.
            Log.NotStored(logger, runner.Settings.Name, problem.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Runner \"{runner}\": its token ends at {expires} and is not renewed (FF_DISABLE_AUTOMATIC_TOKEN_ROTATION). Renew it with reset-token.")]
        public static partial void RotationOff(ILogger logger, string runner, DateTimeOffset? expires);

        [LoggerMessage(LogLevel.Information, "Runner \"{runner}\": token renewed")]
        public static partial void Renewed(ILogger logger, string runner);

        [LoggerMessage(LogLevel.Error, "Runner \"{runner}\": the server gave a new token, which could not be saved: {why}. Register the runner again.")]
        public static partial void NotStored(ILogger logger, string runner, string why);
    }
}
