using System.Net.Sockets;
using System.Text;
using Gantry.CommandLine;
using Gantry.Coordinator.Local;
using Gantry.Exec;
using Gantry.Terminal;

namespace Gantry.Commands;

/// <summary><c>gantry shell JOB</c>: a shell in a failed job that <c>gantry exec --keep-on-failure</c> keeps.</summary>
internal static class ShellJobCommand
{
    private const int NotFound = 2;
    private const byte EndOfInput = 4;

    public static Command Create() => new("shell", "open a shell in a failed job that exec --keep-on-failure keeps", new FlagSet(), (context, cancellationToken) =>
        context.Arguments.Count <= 1
            ? RunAsync(context, context.Arguments.Count == 1 ? context.Arguments[0] : "", cancellationToken)
            : throw new CommandException("one job at a time: gantry shell JOB", NotFound))
    { ArgumentsText = "[job]" };

    private static async Task<int> RunAsync(CommandContext context, string job, CancellationToken cancellationToken)
    {
        var tree = await OpenAsync(context, cancellationToken);
        var request = Encoding.UTF8.GetBytes($"{ProjectIdentity.KeyOf(tree.Root)}\t{job}\n");
        var refusal = "nothing is kept for this folder; `gantry exec --keep-on-failure` keeps the jobs that fail";
        foreach (var path in Doors())
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            }
            catch (SocketException)
            {
                // What a run that was killed has left.
                continue;
            }

            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(request, cancellationToken);
            switch (await ShellLine.ReadAsync(stream, 4096, cancellationToken))
            {
                case ShellLine.Welcome:
                    await TalkAsync(stream, cancellationToken);
                    return 0;
                case null or ShellLine.OtherProject:
                    break;
                case var answer:
                    refusal = answer;
                    break;
            }
        }

        throw new CommandException(refusal, NotFound);
    }

    private static async Task<WorkTree> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await WorkTree.OpenAsync(new WorkTreeOrder(context.Host.WorkingFolder, ".gitlab-ci.yml", null), cancellationToken);
        }
        catch (WorkTreeException error)
        {
            throw new CommandException(error.Message, NotFound);
        }
    }

    // Of this user's runs; those of others cannot be looked into.
    private static IEnumerable<string> Doors() => Directory.EnumerateDirectories(Path.GetTempPath(), ExecFolder.Prefix + "*")
        .Select(folder => Path.Combine(folder, KeptJobs.SocketName)).Where(File.Exists);

    private static async Task TalkAsync(Stream job, CancellationToken cancellationToken)
    {
        using var console = RawConsole.Open();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Reading a terminal cannot be ended from outside: the process ends with it.
        _ = Task.Run(() => TypeAsync(console, job, over.Token), CancellationToken.None);
        try
        {
            await job.CopyToAsync(console.Output, over.Token);
        }
        catch (IOException)
        {
            // The run was killed.
        }

        await over.CancelAsync();
    }

    private static async Task TypeAsync(RawConsole console, Stream job, CancellationToken cancellationToken)
    {
        try
        {
            await console.Input.CopyToAsync(job, cancellationToken);
            if (!console.IsTerminal)
            {
                // As a person would end a shell.
                await job.WriteAsync(new[] { EndOfInput }, cancellationToken);
            }
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The shell has ended first.
        }
    }
}
