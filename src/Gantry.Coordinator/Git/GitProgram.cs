using Gantry.Engine.Processes;

namespace Gantry.Coordinator.Git;

/// <summary>
/// Starts <c>git</c> on bare repositories of our own, never on files that a job could write. No user or system
/// configuration is read, nothing is asked on a terminal. Arguments hold no secrets. Thread-safe.
/// </summary>
internal sealed class GitProgram
{
    // A file or listing larger than this is nobody's configuration; the reader gets an error instead of our memory.
    private const int OutputLimit = 64 * 1024 * 1024;
    private const int MessageLimit = 16 * 1024;

    private static readonly Dictionary<string, string?> Fixed = new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["LC_ALL"] = "C",
    };

    /// <summary>Runs to the end and keeps what it printed.</summary>
    public async Task<GitOutput> RunAsync(string folder, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var run = await ChildProcess.RunAsync(Describe(folder, arguments, protocol: null), OutputLimit, cancellation);
        return new GitOutput(run.Exit.Code, run.Output, run.Error.Trim());
    }

    /// <summary>As above, and throws <see cref="GitException"/> when git failed.</summary>
    public async Task<byte[]> RunCheckedAsync(string folder, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var output = await RunAsync(folder, arguments, cancellation);
        return output.ExitCode == 0 ? output.Bytes : throw new GitException(arguments[0], output.ExitCode, output.Message);
    }

    /// <summary>Runs with streams of the caller; the process dies with the token.</summary>
    public async Task<GitOutput> RunAsync(string folder, IReadOnlyList<string> arguments, GitStreams streams, CancellationToken cancellation)
    {
        using var message = new MemoryStream();
        var start = Describe(folder, arguments, streams.Protocol);
        await using var child = ChildProcess.Start(start with
        {
            Environment = start.Environment with { Set = start.Environment.Set.Concat(streams.Environment).ToDictionary() },
            Input = ProcessInput.Written,
            Output = ProcessOutput.Read,
            Error = ProcessOutput.To(bytes => message.Write(bytes[..(int)Math.Min(bytes.Length, MessageLimit - message.Length)])),
        });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var feeding = FeedAsync(streams.Input, child.Input, enough.Token);
        var buffer = new byte[64 * 1024];
        for (int count; (count = await child.Output.ReadAsync(buffer, cancellation)) > 0;)
        {
            await streams.Output.WriteAsync(buffer.AsMemory(0, count), cancellation);
            await streams.Output.FlushAsync(cancellation);
        }

        var exit = await child.WaitAsync(cancellation);
        await enough.CancelAsync();
        await feeding;
        cancellation.ThrowIfCancellationRequested();
        return new GitOutput(exit.Code, [], System.Text.Encoding.UTF8.GetString(message.ToArray()).Trim());
    }

    private static ProcessStart Describe(string folder, IReadOnlyList<string> arguments, string? protocol) => new()
    {
        FileName = "git",
        Arguments = arguments,
        WorkingFolder = folder,
        Environment = new ProcessEnvironment
        {
            Keep = name => !name.StartsWith("GIT_", StringComparison.Ordinal),
            Set = protocol is null ? Fixed : new Dictionary<string, string?>(Fixed) { ["GIT_PROTOCOL"] = protocol },
        },
    };

    private static async Task FeedAsync(Stream source, Stream input, CancellationToken cancellation)
    {
        await using (input)
        {
            try
            {
                await source.CopyToAsync(input, cancellation);
            }
            catch (IOException)
            {
                // git had read enough and closed its end; its exit code tells whether that was right.
            }
            catch (OperationCanceledException)
            {
                // git is over, or the caller; the rest of the input is for nobody.
            }
        }
    }
}
