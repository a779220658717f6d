using System.Globalization;
using System.Text;
using System.Text.Json;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;

namespace Gantry.Executors.Custom;

/// <summary>
/// The folder a job's programs work in, below the job's own (0700): the job as the server sent it, stage scripts, the answer of
/// <c>config_exec</c> for a later process of the runner. Goes with the job.
/// </summary>
internal sealed class DriverFolder
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int LongestCode = 64;

    private int _scripts;

    private DriverFolder(string path) => Path = path;

    public string Path { get; }

    /// <summary><c>JOB_RESPONSE_FILE</c>.</summary>
    public string JobFile => In("response.json");

    /// <summary><c>BUILD_EXIT_CODE_FILE</c>: a program writes the exit code of the job's script here.</summary>
    public string ExitCodeFile => In("exit_code");

    private string AnswerFile => In("config.json");

    /// <exception cref="IOException">It cannot be written.</exception>
    public static DriverFolder Create(string jobFolder, JobPayload payload)
    {
        var folder = new DriverFolder(System.IO.Path.Combine(jobFolder, "custom-executor"));
        folder.Remove();
        MakePrivate(folder.Path);
        Write(folder.JobFile, JsonSerializer.SerializeToUtf8Bytes(payload, ProtocolJson.Default.JobPayload), OnlyOwner);
        return folder;
    }

    /// <summary>What an earlier process made; null when it is gone.</summary>
    public static DriverFolder? Find(string jobFolder) =>
        System.IO.Path.Combine(jobFolder, "custom-executor") is var path && Directory.Exists(path) ? new DriverFolder(path) : null;

    public void KeepAnswer(byte[] output) => Write(AnswerFile, output, OnlyOwner);

    /// <summary>Empty when there was none.</summary>
    public byte[] KeptAnswer() => File.Exists(AnswerFile) ? File.ReadAllBytes(AnswerFile) : [];

    /// <summary>Writes a stage's script, for its owner to run, into a folder of its own.</summary>
    public string AddScript(string text, string extension)
    {
        var folder = In(string.Create(CultureInfo.InvariantCulture, $"script{++_scripts}"));
        MakePrivate(folder);
        var path = System.IO.Path.Combine(folder, "script" + extension);
        Write(path, Encoding.UTF8.GetBytes(text), OnlyOwner | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>The first line of the exit code file, which is removed; null: no program wrote it.</summary>
    public string? TakeExitCode()
    {
        if (!File.Exists(ExitCodeFile))
        {
            return null;
        }

        var text = new char[LongestCode];
        int length;
        using (var reader = new StreamReader(ExitCodeFile))
        {
            length = reader.ReadBlock(text);
        }

        File.Delete(ExitCodeFile);
        return new string(text, 0, length).Split('\n')[0].Trim();
    }

    public void Remove()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, OnlyOwner | UnixFileMode.UserExecute);
    }

    private static void Write(string path, byte[] content, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var file = new FileStream(path, options);
        file.Write(content);
    }
}
