namespace Gantry.Coordinator.Local;

/// <summary>
/// A bare repository written by hand, because every git process would be a part of the wait of whoever stands before the
/// terminal. It borrows the objects of the user's repository.
/// </summary>
/// <param name="Folder">Must not exist; null to make none.</param>
/// <param name="ObjectFormat"><c>sha1</c> or <c>sha256</c>.</param>
/// <param name="Borrowed">The user's folder of objects; null for none.</param>
internal sealed record OwnRepository(string? Folder, string ObjectFormat, string? Borrowed)
{
    public void Create()
    {
        if (Folder is null)
        {
            return;
        }

        DataFolder.Create(Folder);
        Directory.CreateDirectory(Path.Combine(Folder, "objects", "info"));
        Directory.CreateDirectory(Path.Combine(Folder, "objects", "pack"));
        Directory.CreateDirectory(Path.Combine(Folder, "refs", "heads"));
        var format = ObjectFormat == "sha1" ? "\trepositoryformatversion = 0\n" : "\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n[core]\n";
        File.WriteAllText(
            Path.Combine(Folder, "config"),
            $"[core]\n{format}\tbare = true\n\thooksPath = /dev/null\n\tlogAllRefUpdates = false\n[uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n[gc]\n\tauto = 0\n");
        File.WriteAllText(Path.Combine(Folder, "HEAD"), "ref: refs/heads/main\n");
        if (Borrowed is not null)
        {
            File.WriteAllText(Path.Combine(Folder, "objects", "info", "alternates"), Borrowed + "\n");
        }
    }
}
