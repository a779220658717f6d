using Gantry.CommandLine;
using Gantry.Coordinator;
using Gantry.Native;

namespace Gantry.Commands;

/// <summary><c>gantry server backup FILE</c>, also beside a running server, and <c>gantry server restore FILE</c>.</summary>
internal static class ServerBackup
{
    public static Task<int> WriteAsync(CommandContext context, string data, IReadOnlyList<string> words, CancellationToken cancellation) =>
        RunAsync(context, words, "backup", async file =>
        {
            await DataBackup.WriteAsync(data, file, cancellation);
            context.Terminal.Output.WriteLine($"Backup of {data} written to {file}. It holds tokens and passwords' hashes: keep it safe.");
        });

    public static Task<int> RestoreAsync(CommandContext context, string data, IReadOnlyList<string> words, CancellationToken cancellation) =>
        RunAsync(context, words, "restore", async file =>
        {
            await DataBackup.RestoreAsync(data, file, cancellation);
            context.Terminal.Output.WriteLine($"{file} restored into {data}");
        });

    private static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> words, string name, Func<string, Task> work)
    {
        if (words is not [var given])
        {
            throw new CommandException($"gantry server {name} takes one file, for example: gantry server --data FOLDER {name} gantry-backup.tar.gz");
        }

        EmbeddedSqlite.Register();
        try
        {
            await work(Path.GetFullPath(given, context.Host.WorkingFolder));
            return 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandException($"{name} failed: {error.Message}");
        }
    }
}
