namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// What <c>git init</c> makes without a template, without a process for it: the layout is the one that every version of git reads
/// (gitrepository-layout(5), version 0, or 1 for a hash other than SHA-1).
/// </summary>
internal static class EmptyRepository
{
    /// <param name="folder">Exists and holds no repository.</param>
    /// <param name="objectFormat">Empty or <c>sha1</c>, or <c>sha256</c>; the server says which.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="GitException">Another one, refused as git does: it would become a part of the configuration.</exception>
    public static async Task MakeAsync(string folder, string objectFormat, CancellationToken cancellationToken)
    {
        if (objectFormat is not ("" or "sha1" or "sha256"))
        {
            throw new GitException(128, $"fatal: unknown hash algorithm '{objectFormat}'");
        }

        var git = Path.Combine(folder, ".git");
        foreach (var part in (string[])["objects/info", "objects/pack", "refs/heads", "refs/tags"])
        {
            Directory.CreateDirectory(Path.Combine(git, part));
        }

        var head = Path.Combine(git, "HEAD");
        await File.WriteAllTextAsync(head, "ref: refs/heads/none\n", cancellationToken);
        var isUsual = objectFormat is "" or "sha1";
        await File.WriteAllTextAsync(
            Path.Combine(git, "config"),
            $"[core]\n\trepositoryformatversion = {(isUsual ? 0 : 1)}\n\tfilemode = {(KeepsModes(head) ? "true" : "false")}\n\tbare = false\n\tlogallrefupdates = true\n"
            + (isUsual ? "" : $"[extensions]\n\tobjectformat = {objectFormat}\n"),
            cancellationToken);
    }

    /// <summary>Not every file system does.</summary>
    private static bool KeepsModes(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        var before = File.GetUnixFileMode(file);
        File.SetUnixFileMode(file, before ^ UnixFileMode.UserExecute);
        var changed = File.GetUnixFileMode(file) != before;
        File.SetUnixFileMode(file, before);
        return changed;
    }
}
