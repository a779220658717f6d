using Gantry.Runner.Registration;

namespace Gantry.Runner.Daemon;

/// <summary>
/// A state folder taken by one daemon: journals of its running jobs would look like leftovers to another one. Released when
/// disposed, and by the kernel when the process dies.
/// </summary>
internal sealed class StatePlace : IDisposable
{
    private readonly FileStream _lock;

    private StatePlace(FileStream file) => _lock = file;

    /// <summary>Null: this daemon shares nothing.</summary>
    /// <exception cref="RunnerCommandException">Another daemon uses the folder, or it cannot be used.</exception>
    public static StatePlace? Take(RunnerDaemonOptions options)
    {
        if (!options.Controllable)
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(options.StateFolder);
            return new StatePlace(new FileStream(
                Path.Combine(options.StateFolder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(Path.Combine(options.StateFolder, "lock")))
        {
            throw new RunnerCommandException(
                $"another daemon already works with the state folder {options.StateFolder}. Stop it (gantry status shows it), or give this one a folder of its own with --state-dir.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new RunnerCommandException(
                $"the state folder {options.StateFolder} cannot be used: {problem.Message}. Choose another with --state-dir.");
        }
    }

    public void Dispose() => _lock.Dispose();
}
