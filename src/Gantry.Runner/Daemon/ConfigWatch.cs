using Gantry.Runner.Configuration;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>
/// The configuration in effect: looks every three seconds whether the file was written, and reads it again then. A file
/// that cannot be used leaves the running configuration as it is and is not tried again until it changes. Not thread-safe.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="context">What settings need besides it.</param>
/// <param name="pinned">Settings that are in force whatever the file says; null: the file's.</param>
/// <param name="logger">For the operator.</param>
internal sealed partial class ConfigWatch(string path, SettingsContext context, RunnerDaemonSettings? pinned, ILogger logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private DateTime? _tried;
    private bool _missing;

    /// <summary>Files read, and files that could not be used.</summary>
    public int Loads { get; private set; }

    public int Failures { get; private set; }

    /// <summary>The file on disk is not what is in force.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The first snapshot.</summary>
    /// <exception cref="ConfigurationException">The file is malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public RunnerDaemonSettings Start()
    {
        if (pinned is not null)
        {
            Report(pinned);
            return pinned;
        }

        var settings = SettingsReader.Load(path, context);
        _tried = settings.WrittenAt;
        _missing = settings.WrittenAt is null;
        if (_missing)
        {
            Log.Waiting(logger, path);
        }

        Report(settings);
        return settings;
    }

    /// <summary>The new snapshot when the file changed (or <paramref name="force"/>) and can be used; else null.</summary>
    public RunnerDaemonSettings? Check(bool force)
    {
        if (pinned is not null)
        {
            return null;
        }

        if (!File.Exists(path))
        {
            if (!_missing || force)
            {
                Fail("the file is missing");
            }

            _missing = true;
            return null;
        }

        var written = File.GetLastWriteTimeUtc(path);
        if (!force && !_missing && written == _tried)
        {
            return null;
        }

        (_tried, _missing) = (written, false);
        try
        {
            var settings = SettingsReader.Load(path, context);
            if (settings.Concurrent < 1)
            {
                Fail("concurrent is less than 1");
                return null;
            }

            Report(settings);
            return settings;
        }
        catch (Exception problem) when (problem is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            Fail(problem.Message);
            return null;
        }
    }

    private void Report(RunnerDaemonSettings settings)
    {
        Loads++;
        IsBroken = false;
        Log.Loaded(logger);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Log.Dump(logger, ConfigMask.Text(settings.Document.Table));
        }

        foreach (var warning in LoadWarnings.Of(settings))
        {
            Log.Suspicious(logger, warning);
        }
    }

    private void Fail(string why)
    {
        Failures++;
        IsBroken = true;
        Log.Failed(logger, why);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Configuration loaded")]
        public static partial void Loaded(ILogger logger);

        [LoggerMessage(LogLevel.Debug, "{configuration}")]
        public static partial void Dump(ILogger logger, string configuration);

        [LoggerMessage(LogLevel.Error, "Failed to load config {why}. The configuration in use stays as it is.")]
        public static partial void Failed(ILogger logger, string why);

        [LoggerMessage(LogLevel.Warning, "{path} does not exist yet: waiting for it")]
        public static partial void Waiting(ILogger logger, string path);

        [LoggerMessage(LogLevel.Warning, "{warning}")]
        public static partial void Suspicious(ILogger logger, string warning);
    }
}
