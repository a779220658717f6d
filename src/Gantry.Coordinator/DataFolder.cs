namespace Gantry.Coordinator;

/// <summary>
/// Where the coordinator keeps everything: <c>db.sqlite</c>, <c>repositories/&lt;project id&gt;.git</c>, <c>traces/</c>,
/// <c>artifacts/</c>, <c>caches/</c>, <c>uploads/</c> (not finished yet, emptied at start), <c>root_token</c>, <c>id_token_key.pem</c>. The folder is 0700.
/// </summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public DataFolder(string root)
    {
        Root = Path.GetFullPath(root);
        foreach (var folder in new[] { Root, Repositories, Traces, Artifacts, Caches, Uploads })
        {
            Create(folder);
        }
    }

    public string Root { get; }
    public string Database => Path.Combine(Root, "db.sqlite");
    public string Repositories => Path.Combine(Root, "repositories");
    public string Traces => Path.Combine(Root, "traces");
    public string Artifacts => Path.Combine(Root, "artifacts");
    public string Caches => Path.Combine(Root, "caches");
    public string Uploads => Path.Combine(Root, "uploads");
    public string SigningKey => Path.Combine(Root, "id_token_key.pem");
    public string RootToken => Path.Combine(Root, "root_token");

    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}
