using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Processes;

namespace Gantry.Executors.VirtualMachines;

/// <summary>The program that works with virtual machines, such as <c>vboxmanage</c>. Every failure names the command.</summary>
/// <param name="fileName">A path or a name on PATH.</param>
/// <param name="failure">How messages about failed commands begin.</param>
/// <param name="advice">What to do when the program is not there.</param>
/// <param name="time">The clock.</param>
internal sealed class VmProgram(string fileName, string failure, string advice, TimeProvider time)
{
    /// <summary>More than everything about hundreds of machines.</summary>
    private const int LongestAnswer = 16 << 20;

    private const int LongestComplaint = 2_000;

    public string FileName => fileName;

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="EnvironmentException">It failed or took too long.</exception>
    public async Task<string> RunAsync(TimeSpan limit, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(limit, arguments, cancellationToken);
        return answer.Problem is { } problem ? throw EnvironmentException.Broken(problem) : answer.Output;
    }

    /// <summary>Runs a command whose failure is an answer, too.</summary>
    /// <exception cref="EnvironmentException">The program is not there.</exception>
    /// <exception cref="OperationCanceledException">The token fired; the command has ended.</exception>
    public async Task<ProgramAnswer> AskAsync(TimeSpan limit, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        await using var child = Start(arguments, output, error);
        try
        {
            var exit = await child.WaitAsync(either.Token);
            return new ProgramAnswer(Text(output), exit.IsSuccess ? null : $"{failure}{Complaint(Text(error))} ({Line(arguments)}: {exit.Text})");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProgramAnswer("", $"{failure}{Line(arguments)} took longer than {GoDuration.Format(limit)} and was ended");
        }
        catch (ProcessException broken)
        {
            return new ProgramAnswer("", $"{failure}{Line(arguments)}: {broken.Message}");
        }
    }

    private ChildProcess Start(IReadOnlyList<string> arguments, MemoryStream output, MemoryStream error)
    {
        try
        {
            return ChildProcess.Start(new ProcessStart
            {
                FileName = fileName,
                Arguments = arguments,
                Output = ProcessOutput.To(bytes => Keep(output, bytes)),
                Error = ProcessOutput.To(bytes => Keep(error, bytes)),
                Time = time,
            });
        }
        catch (ProcessException missing)
        {
            throw EnvironmentException.Misconfigured($"{missing.Message}: {advice}");
        }
    }

    private static void Keep(MemoryStream kept, ReadOnlySpan<byte> bytes) => kept.Write(bytes[..(int)Math.Min(bytes.Length, LongestAnswer - kept.Length)]);

    private static string Text(MemoryStream kept) => Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);

    // Progress (0%...10%...) is told in the same stream.
    private static string Complaint(string error)
    {
        var said = string.Join(' ', error.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !IsProgress(line)));
        return said.Length > LongestComplaint ? said[..LongestComplaint] + "…" : said;
    }

    private static bool IsProgress(string line) => char.IsAsciiDigit(line[0]) && line.Contains("%...", StringComparison.Ordinal);

    private string Line(IReadOnlyList<string> arguments) =>
        $"{Path.GetFileName(fileName)} {string.Join(' ', arguments.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"\"{a}\"" : a))}";
}

/// <summary>How a command ended.</summary>
/// <param name="Output">What it printed.</param>
/// <param name="Problem">Null: it succeeded.</param>
internal sealed record ProgramAnswer(string Output, string? Problem);
