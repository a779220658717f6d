using System.Globalization;
using System.Text.Json;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Processes;
using Gantry.Protocol;

namespace Gantry.Executors.Custom;

/// <summary>
/// The operator's programs at work for one job. Exit codes: 0 done, 1 the job's script failed (its code is in
/// <c>BUILD_EXIT_CODE_FILE</c>), 2 the place broke, others are mistakes of the program (official-executors §13).
/// </summary>
internal sealed class Driver(DriverFolder folder, TimeProvider time) : IAsyncDisposable
{
    private const int ScriptFailed = 1;
    private const int PlaceBroke = 2;

    /// <summary>Children whose pipes others still hold: they are read on until the job's end.</summary>
    private readonly List<ChildProcess> _held = [];

    /// <summary>The plan the programs are told about.</summary>
    public required JobPlan Plan { get; set; }

    /// <summary>What <c>config_exec</c> wants the others to have in their environment.</summary>
    public IReadOnlyDictionary<string, string> JobEnv { get; set; } = new Dictionary<string, string>();

    /// <summary>Runs a program to its end. A failure of the job's script is a result.</summary>
    /// <param name="program">It exists.</param>
    /// <param name="more">Arguments after its own.</param>
    /// <param name="output">Where its two streams go.</param>
    /// <param name="started">Gets its process id.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="EnvironmentException">It could not be started, or says that the place broke.</exception>
    public async Task<ScriptExit> RunAsync(
        DriverProgram program, IReadOnlyList<string> more, (ProcessOutput Out, ProcessOutput Error) output, Action<int> started,
        CancellationToken cancellationToken)
    {
        try
        {
            folder.TakeExitCode();
            var child = Start(program, more, output);
            started(child.Id);
            return Judge(await EndAsync(child, cancellationToken));
        }
        catch (Exception broken) when (broken is ProcessException or IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken($"{program.Key}: {broken.Message}", broken);
        }
    }

    /// <summary>The same for programs with a limit of their own; every failure is an exception.</summary>
    /// <exception cref="EnvironmentException">It failed or took too long.</exception>
    public async Task FinishAsync(DriverProgram program, (ProcessOutput Out, ProcessOutput Error) output, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(program.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (await RunAsync(program, [], output, _ => { }, either.Token) is { Code: not 0 } failed)
            {
                throw new EnvironmentException(FailureReason.ScriptFailure, failed.Text, retriable: false) { ExitCode = failed.Code };
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw EnvironmentException.Broken($"{program.Key} took longer than {GoDuration.Format(program.Limit)} and was ended");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _held)
        {
            await child.DisposeAsync();
        }
    }

    private ChildProcess Start(DriverProgram program, IReadOnlyList<string> more, (ProcessOutput Out, ProcessOutput Error) output)
    {
        try
        {
            return ChildProcess.Start(new ProcessStart
            {
                FileName = program.FileName,
                Arguments = [.. program.Arguments, .. more],
                WorkingFolder = folder.Path,
                Environment = new ProcessEnvironment { Set = Variables() },
                Output = output.Out,
                Error = output.Error,
                TerminateWait = Plan.Runner.GracefulKillTimeout,
                KillWait = Plan.Runner.ForceKillTimeout,
                Time = time,
            });
        }
        catch (ProcessException broken)
        {
            throw EnvironmentException.Broken($"failed to start command: {program.Key}: {broken.Message}", broken);
        }
    }

    // What a program leaves running is the operator's doing (a virtual machine) and lives on.
    private async Task<ProcessExit> EndAsync(ChildProcess child, CancellationToken cancellationToken)
    {
        try
        {
            return await child.WaitAsync(cancellationToken);
        }
        finally
        {
            if (child.HasLeftovers && child.Exited.IsCompletedSuccessfully)
            {
                _held.Add(child);
            }
            else
            {
                await child.DisposeAsync();
            }
        }
    }

    private ScriptExit Judge(ProcessExit exit) => exit switch
    {
        { IsSuccess: true } => ScriptExit.Success,
        { Code: ScriptFailed } => CodeOfScript(),
        { Code: PlaceBroke } => throw EnvironmentException.Broken(exit.Text),
        _ => throw Unknown(exit.Code, exit.Text),
    };

    private ScriptExit CodeOfScript()
    {
        if (folder.TakeExitCode() is not { } text)
        {
            return Failed(ScriptFailed);
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            // The program says that the script failed; a zero beside that is no success.
            ? Failed(code == 0 ? ScriptFailed : code)
            : throw Unknown(ScriptFailed, $"BUILD_EXIT_CODE_FILE must begin with a whole number, not \"{text}\"");
    }

    private static ScriptExit Failed(int code) => new(code, string.Create(CultureInfo.InvariantCulture, $"exit status {code}"));

    private static EnvironmentException Unknown(int code, string why) => EnvironmentException.Broken(string.Create(
        CultureInfo.InvariantCulture, $"unknown Custom executor executable exit code {code}; executable execution terminated with: {why}"));

    private Dictionary<string, string?> Variables()
    {
        var set = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TMPDIR"] = folder.Path,
            ["BUILD_FAILURE_EXIT_CODE"] = ScriptFailed.ToString(CultureInfo.InvariantCulture),
            ["SYSTEM_FAILURE_EXIT_CODE"] = PlaceBroke.ToString(CultureInfo.InvariantCulture),
            ["BUILD_EXIT_CODE_FILE"] = folder.ExitCodeFile,
            ["JOB_RESPONSE_FILE"] = folder.JobFile,
        };
        foreach (var (key, value) in JobEnv.Where(pair => IsName(pair.Key)))
        {
            set[key] = Clean(value);
        }

        foreach (var variable in Plan.Variables.All.Where(v => IsName(v.Key)))
        {
            set["CUSTOM_ENV_" + variable.Key] = Clean(variable.Value);
        }

        set["CUSTOM_ENV_CI_JOB_SERVICES"] = Services(Plan);
        return set;
    }

    /// <summary>Empty when the job has none.</summary>
    internal static string Services(JobPlan plan) => plan.Services.Count == 0
        ? ""
        : JsonSerializer.Serialize([.. plan.Services.Select(ServiceNote.Of)], DriverJson.Default.IReadOnlyListServiceNote);

    private static bool IsName(string key) => key.Length > 0 && !key.Contains('=') && !key.Contains('\0');

    private static string Clean(string value) => value.Replace("\0", "", StringComparison.Ordinal);
}
