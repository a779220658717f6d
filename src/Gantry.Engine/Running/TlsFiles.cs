using Gantry.Engine.Plans;

namespace Gantry.Engine.Running;

/// <summary>Contents of the runner entry's TLS files, for the job's variables.</summary>
internal static class TlsFiles
{
    /// <exception cref="Executors.EnvironmentException">A configured file cannot be read.</exception>
    public static TlsContents Read(RunnerSettings runner) => new()
    {
        CaChain = Read("tls-ca-file", runner.TlsCaFile),
        Certificate = Read("tls-cert-file", runner.TlsCertFile),
        Key = new Secret(Read("tls-key-file", runner.TlsKeyFile)),
    };

    private static string? Read(string key, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw Executors.EnvironmentException.Misconfigured($"{key} of the runner: cannot read {path}: {broken.Message}");
        }
    }
}
