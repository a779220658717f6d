using System.Text;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// Git in the runner's own process, for folders that no job can write. Everything that could make it run or read something
/// foreign is off: configuration of system and user, hooks, fsmonitor, questions, transports beyond http(s) and ssh.
/// Credentials reach it through its environment, never through arguments or files.
/// </summary>
internal sealed class HostGit(IJobLog log)
{
    private const int OutputLimit = 64 << 20;

    // No file and no agent of the runner's user: the address may be a stranger's choice.
    private const string KeylessSsh = "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityFile=/dev/null -o IdentityAgent=none "
        + "-o PKCS11Provider=none -o GSSAPIAuthentication=no -o HostbasedAuthentication=no";

    private static readonly (string Key, string Value)[] Safety =
    [
        ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("core.untrackedCache", "false"), ("gc.auto", "0"),
        ("maintenance.auto", "false"), ("credential.helper", ""), ("credential.interactive", "never"), ("advice.detachedHead", "false"),
        ("init.defaultBranch", "none"), ("fetch.recurseSubmodules", "false"), ("protocol.ext.allow", "never"), ("core.askPass", ""),
    ];

    /// <summary>More configuration of every call, such as rewrites that carry the job's token.</summary>
    public IReadOnlyList<(string Key, string Value)> Config { get; init; } = [];

    /// <summary>See <see cref="Executors.IReachableWorkspace.LendsKeys"/>.</summary>
    public bool LendsKeys { get; init; }

    /// <summary>False when this machine has no git.</summary>
    public static async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await ChildProcess.RunAsync(new ProcessStart { FileName = "git", Arguments = ["--version"] }, OutputLimit, cancellationToken)).Exit.IsSuccess;
        }
        catch (ProcessException)
        {
            return false;
        }
    }

    /// <summary>Runs to the end; what git says goes to the job's log.</summary>
    /// <exception cref="GitException">It failed.</exception>
    public async Task RunAsync(string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (await TryAsync(folder, arguments, cancellationToken) is { } failed)
        {
            throw failed;
        }
    }

    /// <summary>Like <see cref="RunAsync"/>; a failure is the result.</summary>
    public async Task<GitException?> TryAsync(string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await using var child = Start(folder, arguments, bytes => log.Write(LogStream.ScriptOutput, bytes), bytes => log.Write(LogStream.ScriptError, bytes));
        var exit = await child.WaitAsync(cancellationToken);
        return exit.IsSuccess ? null : new GitException(exit.Code, exit.Text);
    }

    /// <summary>Runs without a word to the log and gives the standard output; null when git says no.</summary>
    public async Task<string?> AskAsync(string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        await using var child = Start(folder, arguments, bytes => output.Write(bytes), _ => { });
        var exit = await child.WaitAsync(cancellationToken);
        return exit.IsSuccess ? Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length) : null;
    }

    private ChildProcess Start(string folder, IReadOnlyList<string> arguments, OutputSink output, OutputSink error)
    {
        try
        {
            return ChildProcess.Start(new ProcessStart
            {
                FileName = "git",
                Arguments = ["-C", folder, .. arguments],
                Environment = new ProcessEnvironment { Keep = name => IsHarmless(name) || (LendsKeys && name == "SSH_AUTH_SOCK"), Set = Variables() },
                Output = ProcessOutput.To(output),
                Error = ProcessOutput.To(error),
            });
        }
        catch (ProcessException e)
        {
            throw new GitException(1, e.Message);
        }
    }

    // The runner's own environment may carry GIT_* of whoever started it.
    private static bool IsHarmless(string name) => name is "PATH" or "LANG" or "LC_ALL" or "TZ" or "SSL_CERT_FILE" or "SSL_CERT_DIR"
        || name.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase);

    private Dictionary<string, string?> Variables()
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_SYSTEM"] = "/dev/null",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_ATTR_NOSYSTEM"] = "1",
            ["GIT_LFS_SKIP_SMUDGE"] = "1",
            ["GCM_INTERACTIVE"] = "Never",
            ["HOME"] = "/nonexistent",
            ["XDG_CONFIG_HOME"] = "/nonexistent",
        };
        if (!LendsKeys)
        {
            variables["GIT_SSH_COMMAND"] = KeylessSsh;
        }

        var config = Safety.Concat(Config).ToList();
        variables["GIT_CONFIG_COUNT"] = config.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < config.Count; i++)
        {
            variables[$"GIT_CONFIG_KEY_{i}"] = config[i].Key;
            variables[$"GIT_CONFIG_VALUE_{i}"] = config[i].Value;
        }

        return variables;
    }
}

/// <summary>Git ended badly; what it said is in the job's log already.</summary>
internal sealed class GitException(int code, string text) : Exception(text)
{
    public int Code { get; } = code;
}
