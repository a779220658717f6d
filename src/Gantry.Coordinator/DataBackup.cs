using System.Formats.Tar;
using System.IO.Compression;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator;

/// <summary>
/// A whole data directory as one compressed archive, taken while the server runs. The database is copied first, as one
/// snapshot: what it knows of is on disk already, and what comes later is in neither. Refs of repositories are copied before
/// objects, so that every ref has its commits. Caches and unfinished uploads are left out.
/// </summary>
public static class DataBackup
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string[] Secrets = ["root_token", "id_token_key.pem"];
    private static readonly string[] Folders = ["repositories", "traces", "artifacts"];

    /// <summary>Writes <paramref name="file"/> (0600, must not exist). Throws <see cref="IOException"/> when the folder holds no data.</summary>
    /// <param name="dataDirectory">The server's data directory.</param>
    /// <param name="file">The archive to make.</param>
    /// <param name="cancellation">Leaves no archive behind.</param>
    public static async Task WriteAsync(string dataDirectory, string file, CancellationToken cancellation)
    {
        var root = Path.GetFullPath(dataDirectory);
        var database = Path.Combine(root, "db.sqlite");
        if (!File.Exists(database))
        {
            throw new IOException($"{root} holds no server data: there is no db.sqlite in it");
        }

        var copy = Path.Combine(root, "uploads", $"backup-{Guid.NewGuid():n}.sqlite");
        var complete = false;
        try
        {
            DataFolder.Create(Path.GetDirectoryName(copy)!);
            DatabaseCopy.Write(database, copy);
            await using (var target = Create(file))
            {
                await using var zipped = new GZipStream(target, CompressionLevel.Fastest);
                await using var tar = new TarWriter(zipped, TarEntryFormat.Pax);
                await tar.WriteEntryAsync(copy, "db.sqlite", cancellation);
                await AddAsync(tar, root, cancellation);
            }

            complete = true;
        }
        finally
        {
            File.Delete(copy);
            if (!complete)
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>
    /// Puts a backup into <paramref name="dataDirectory"/>, which must be empty or missing. Throws <see cref="IOException"/>
    /// otherwise, and <see cref="InvalidDataException"/> for a file that is no backup.
    /// </summary>
    public static async Task RestoreAsync(string dataDirectory, string file, CancellationToken cancellation)
    {
        var root = Path.GetFullPath(dataDirectory);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new IOException($"{root} is not empty: restore into a new folder, or move this one away first");
        }

        await using var source = File.OpenRead(file);
        await using var plain = new GZipStream(source, CompressionMode.Decompress);
        await using var tar = new TarReader(plain);
        DataFolder.Create(root);
        var any = false;
        while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            var path = Inside(root, entry);
            DataFolder.Create(entry.EntryType == TarEntryType.Directory ? path : Path.GetDirectoryName(path)!);
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                await using var target = Create(path);
                if (entry.DataStream is { } content)
                {
                    await content.CopyToAsync(target, cancellation);
                }

                any |= entry.Name == "db.sqlite";
            }
        }

        if (!any)
        {
            throw new InvalidDataException($"{file} is no backup of a server: it has no db.sqlite");
        }
    }

    private static async Task AddAsync(TarWriter tar, string root, CancellationToken cancellation)
    {
        foreach (var secret in Secrets.Where(name => File.Exists(Path.Combine(root, name))))
        {
            await tar.WriteEntryAsync(Path.Combine(root, secret), secret, cancellation);
        }

        foreach (var path in Folders.Where(name => Directory.Exists(Path.Combine(root, name))).SelectMany(name => Ordered(Path.Combine(root, name))))
        {
            // A file may go while we walk: a branch was removed, an artifact expired.
            if (File.Exists(path) || Directory.Exists(path))
            {
                await tar.WriteEntryAsync(path, Path.GetRelativePath(root, path).Replace('\\', '/'), cancellation);
            }
        }
    }

    private static IEnumerable<string> Ordered(string folder) => Directory.EnumerateFileSystemEntries(
            folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal))
        .OrderBy(path => path.Contains("/objects/", StringComparison.Ordinal)).ThenBy(path => path, StringComparer.Ordinal);

    private static string Inside(string root, TarEntry entry)
    {
        var path = Path.GetFullPath(Path.Combine(root, entry.Name));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && entry.EntryType is (TarEntryType.Directory or TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                ? path
                : throw new InvalidDataException($"'{entry.Name}' does not belong into a backup");
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }
}
