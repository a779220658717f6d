using System.Text;
using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Engine.Processes;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Machines;

/// <summary>
/// The command docker-machine and its folder (official-executors §4.1). Every call has a time limit and ends with its token; what the
/// tool says goes to the operator's log. Thread-safe.
/// </summary>
internal sealed partial class MachineTool(MachineSurroundings surroundings, TimeProvider time, ILogger logger)
{
    private const int AnswerLimit = 1 << 20;
    private static readonly TimeSpan LongCall = TimeSpan.FromHours(1);
    private static readonly TimeSpan StopCall = TimeSpan.FromMinutes(1);

    private string Machines => Path.Combine(surroundings.StorageFolder, "machines");

    /// <summary>
    /// The machines of the folder, made by whomever. A folder without <c>config.json</c> is none: the tool writes that before it makes
    /// anything that costs.
    /// </summary>
    /// <returns>Null: the folder cannot be read, which the log says.</returns>
    public MachineListing? List()
    {
        var at = time.GetUtcNow();
        try
        {
            var names = Directory.Exists(Machines) ? Directory.EnumerateDirectories(Machines).Select(folder => Path.GetFileName(folder)!) : [];
            return new MachineListing(at, names.Where(name => !name.StartsWith('.') && File.Exists(ConfigOf(name)))
                .ToDictionary(name => name, name => (Func<MachineLabels>)(() => LabelsOf(name)), StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotListed(logger, Machines, e.Message);
            return null;
        }
    }

    /// <summary>Empty when the tool's file cannot be read: labels are for metrics only.</summary>
    public MachineLabels LabelsOf(string name)
    {
        try
        {
            return MachineLabels.Read(File.ReadAllText(ConfigOf(name)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return MachineLabels.None;
        }
    }

    /// <exception cref="MachineToolException">It was not made, or not to its end.</exception>
    public Task CreateAsync(string name, MachineSettings settings, CancellationToken cancellationToken)
    {
        string[] options =
        [
            .. settings.Options,
            .. settings.OptionsWithName.Select(option => option.Replace("%s", name, StringComparison.Ordinal)),
        ];
        return RunAsync("create", name, ["create", "--driver", settings.Driver, .. options.Select(option => "--" + option), name], LongCall, cancellationToken);
    }

    /// <summary>Whether the tool can connect to the machine's engine.</summary>
    /// <returns>Null when it can; else why not.</returns>
    public async Task<string?> ObstacleAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync("config", name, ["config", name], cancellationToken);
            return null;
        }
        catch (MachineToolException e)
        {
            return e.Message;
        }
    }

    /// <exception cref="MachineToolException">The tool does not know.</exception>
    public async Task<MachineAccess> AccessAsync(string name, CancellationToken cancellationToken) => new(
        name,
        await AskAsync("url", name, ["url", name], cancellationToken),
        await AskAsync("inspect", name, ["inspect", name, "-f", "{{.HostOptions.AuthOptions.StorePath}}"], cancellationToken),
        Path.Combine(Machines, name));

    /// <exception cref="MachineToolException">The tool could not be asked.</exception>
    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        if (!File.Exists(ConfigOf(name)))
        {
            return false;
        }

        var (exit, _, _) = await CallAsync("inspect", name, ["inspect", name], LongCall, cancellationToken);
        return exit.IsSuccess;
    }

    /// <exception cref="MachineToolException">It was not stopped.</exception>
    public Task StopAsync(string name, CancellationToken cancellationToken) => RunAsync("stop", name, ["stop", name], StopCall, cancellationToken);

    /// <param name="name">The machine.</param>
    /// <param name="force">Forget it even when the driver cannot remove it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="MachineToolException">It was not removed.</exception>
    public Task RemoveAsync(string name, bool force, CancellationToken cancellationToken) =>
        RunAsync("rm", name, ["rm", force ? "-f" : "-y", name], LongCall, cancellationToken);

    private string ConfigOf(string name) => Path.Combine(Machines, name, "config.json");

    private async Task<string> AskAsync(string call, string name, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (exit, output, said) = await CallAsync(call, name, arguments, LongCall, cancellationToken);
        var text = output.Trim();
        return exit.IsSuccess && text.Length > 0 ? text : throw Failed(call, name, exit.IsSuccess ? "no answer" : exit.Text, said);
    }

    private async Task RunAsync(string call, string name, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (exit, _, said) = await CallAsync(call, name, arguments, limit, cancellationToken);
        if (!exit.IsSuccess)
        {
            throw Failed(call, name, exit.Text, said);
        }
    }

    /// <summary>Options of the driver may hold secrets: they are in no message.</summary>
    private async Task<(ProcessExit Exit, string Output, LastLines Said)> CallAsync(
        string call, string name, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var output = new MemoryStream();
        var said = new LastLines();
        var quiet = call is "config" or "url" or "inspect";
        var told = new LogLines(line => Log.Said(logger, name, call, line));
        var complained = new LogLines(line =>
        {
            said.Add(line);
            Log.Complained(logger, name, call, line);
        });
        try
        {
            await using var child = ChildProcess.Start(new ProcessStart
            {
                FileName = surroundings.Program,
                Arguments = ["--bugsnag-api-token=" + surroundings.CrashReportToken, .. arguments],
                Output = ProcessOutput.To(bytes => Keep(bytes, output, quiet ? null : told)),
                Error = ProcessOutput.To(complained.Take),
                Time = time,
            });
            var exit = await child.WaitAsync(either.Token);
            told.End();
            complained.End();
            return (exit, Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length), said);
        }
        catch (ProcessException e)
        {
            throw new MachineToolException($"docker-machine {call} {name}: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(call, name, $"took longer than {GoDuration.Format(limit)} and was ended", said);
        }
    }

    private static void Keep(ReadOnlySpan<byte> bytes, MemoryStream output, LogLines? lines)
    {
        lines?.Take(bytes);
        output.Write(bytes[..(int)Math.Min(bytes.Length, AnswerLimit - output.Length)]);
    }

    private static MachineToolException Failed(string call, string name, string how, LastLines said) =>
        new($"docker-machine {call} {name}: {how}{(said.Text.Length > 0 ? $": {said.Text}" : "")}");

    /// <summary>The end of what the tool complained about.</summary>
    private sealed class LastLines
    {
        private const int Most = 5;

        private readonly Lock _gate = new();
        private readonly Queue<string> _lines = new();

        public string Text
        {
            get
            {
                lock (_gate)
                {
                    return string.Join(" / ", _lines);
                }
            }
        }

        public void Add(string line)
        {
            lock (_gate)
            {
                _lines.Enqueue(line);
                while (_lines.Count > Most)
                {
                    _lines.Dequeue();
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The folder of docker-machine {Folder} cannot be read, no machine is made or used: {Why}")]
        public static partial void NotListed(ILogger logger, string folder, string why);

        [LoggerMessage(LogLevel.Information, "docker-machine {Call} {Name}: {Line}")]
        public static partial void Said(ILogger logger, string name, string call, string line);

        [LoggerMessage(LogLevel.Error, "docker-machine {Call} {Name}: {Line}")]
        public static partial void Complained(ILogger logger, string name, string call, string line);
    }
}

/// <summary>How a machine's engine is reached.</summary>
/// <param name="Name">The machine.</param>
/// <param name="Url">Such as <c>tcp://10.0.0.7:2376</c>.</param>
/// <param name="CertificatePath">Holds <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>.</param>
/// <param name="Folder">The tool's own of this machine.</param>
public sealed record MachineAccess(string Name, string Url, string CertificatePath, string Folder);
