using System.Diagnostics;
using System.Globalization;

namespace Gantry.Turnaround;

/// <summary>Folders of users, with a repository each; removed at the end.</summary>
internal sealed class Projects : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gantry-bench-").FullName;

    public string Empty(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    /// <param name="name">Made when it is not there.</param>
    /// <param name="configuration">Of the pipeline.</param>
    /// <param name="files">Small files beside it, a hundred in a folder.</param>
    public string Make(string name, string configuration, int files = 0)
    {
        var folder = Path.Combine(_root, name);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, ".gitlab-ci.yml"), configuration);
            for (var i = 0; i < files; i++)
            {
                var below = Directory.CreateDirectory(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"folder{i / 100}"))).FullName;
                File.WriteAllText(Path.Combine(below, string.Create(CultureInfo.InvariantCulture, $"file{i}.txt")), string.Create(CultureInfo.InvariantCulture, $"content of file {i}\n"));
            }

            foreach (var words in new[] { "init -q -b main", "add -A", "-c user.name=a -c user.email=a@b.c commit -q -m First" })
            {
                using var git = Process.Start(new ProcessStartInfo("git", words.Split(' ')) { WorkingDirectory = folder })!;
                git.WaitForExit();
            }
        }

        return folder;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
