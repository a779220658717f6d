using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Pipelines;

/// <summary>A case's folder as a git repository of its own, and <c>gantry exec</c> in it.</summary>
internal sealed class CaseProject : IAsyncDisposable
{
    /// <summary>Made by <c>eng/engine/images --pipeline</c>.</summary>
    public const string Image = "gantry-test/pipeline:bookworm";

    private readonly ScratchFolder _scratch = new();
    private readonly PipelineCase _case;
    private string _first = "";

    private CaseProject(PipelineCase @case) => _case = @case;

    private string Folder => Path.Combine(_scratch.Path, "project");

    public static async Task<CaseProject> OpenAsync(PipelineCase @case)
    {
        var project = new CaseProject(@case);
        await RunningProcess.RunAsync("cp", ["-a", @case.Folder, project.Folder]);
        File.Delete(Path.Combine(project.Folder, "expect.json"));
        foreach (var file in Directory.EnumerateFiles(project.Folder, "*.*ml", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(file);
            if (text.Contains("${TEST_IMAGE}", StringComparison.Ordinal))
            {
                await File.WriteAllTextAsync(file, text.Replace("${TEST_IMAGE}", Image, StringComparison.Ordinal));
            }
        }

        await project.GitAsync("init", "--quiet", "--initial-branch", "main");
        await project.CommitAsync("Initial commit");
        project._first = (await project.GitAsync("rev-parse", "HEAD")).Trim();
        return project;
    }

    /// <summary>The report of the run.</summary>
    public async Task<JsonElement> RunAsync(PipelineCaseRun run, int number)
    {
        var before = await PrepareAsync(run);
        var report = Path.Combine(_scratch.Path, string.Create(CultureInfo.InvariantCulture, $"report-{number}.json"));
        await using var process = RunningProcess.Start(
            GantryBinary.Path, ["exec", "--report", report, .. Flags(run, before, number), .. run.Texts("select")],
            new Dictionary<string, string> { ["GANTRY_STATE_DIR"] = _scratch.Sub("state") }, Folder);
        var status = await process.WaitAsync();
        return File.Exists(report)
            ? JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement
            : throw new InvalidOperationException($"no report, exit status {status}:\n{process.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_case.Executor == "docker")
        {
            // The volume that keeps a project's caches, named by its folder.
            var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Folder)).AsSpan(0, 10));
            await RunningProcess.RunAsync("docker", ["volume", "rm", "--force", "gantry-exec-" + key]);
        }

        _scratch.Dispose();
    }

    // Every branch starts at the first commit. The commit before the last push, or null.
    private async Task<string?> PrepareAsync(PipelineCaseRun run)
    {
        var branch = run.Git("branch") ?? "main";
        await GitAsync("checkout", "--quiet", "--force", "-B", branch, _first);
        if (run.Git("message") is { } message)
        {
            await GitAsync("commit", "--quiet", "--amend", "--message", message);
        }

        string? before = null;
        foreach (var files in run.Pushes)
        {
            before = (await GitAsync("rev-parse", "HEAD")).Trim();
            foreach (var file in files)
            {
                var path = Path.Combine(Folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.AppendAllTextAsync(path, "changed\n");
            }

            await CommitAsync("Change");
        }

        if (run.Git("tag") is { } tag)
        {
            await GitAsync("tag", "--force", tag);
        }

        return before;
    }

    private IEnumerable<string> Flags(PipelineCaseRun run, string? before, int number)
    {
        string[] place = _case.Executor == "docker" ? ["--executor", "docker", "--image", Image] : ["--executor", "shell"];
        foreach (var word in place)
        {
            yield return word;
        }

        var concurrency = run.Find("concurrency") is { } wanted ? wanted.GetInt32() : 1;
        yield return "--jobs=" + Math.Max(2, concurrency).ToString(CultureInfo.InvariantCulture);
        foreach (var (flag, value) in new[] { ("before", before), ("tag", run.Git("tag")), ("source", run.Git("pipeline_source")), ("file", run.Find("config")?.GetString()) })
        {
            if (value is not null)
            {
                yield return $"--{flag}={value}";
            }
        }

        foreach (var variable in run.Map("variables"))
        {
            yield return $"--variable={variable.Name}={variable.Value.GetString()}";
        }

        foreach (var input in run.Map("inputs"))
        {
            yield return $"--input={input.Name}={(input.Value.ValueKind == JsonValueKind.String ? input.Value.GetString() : input.Value.GetRawText())}";
        }

        foreach (var job in run.Texts("play"))
        {
            yield return "--manual=" + job;
        }

        if (run.Find("project_variables") is { } variables)
        {
            var path = Path.Combine(_scratch.Path, string.Create(CultureInfo.InvariantCulture, $"variables-{number}.toml"));
            File.WriteAllText(path, Toml(variables));
            yield return "--variables-file=" + path;
        }
    }

    private static string Toml(JsonElement variables)
    {
        var text = new StringBuilder();
        foreach (var variable in variables.EnumerateObject())
        {
            var entries = variable.Value.ValueKind == JsonValueKind.Array ? variable.Value.EnumerateArray().ToList() : [variable.Value];
            foreach (var entry in entries)
            {
                text.Append(CultureInfo.InvariantCulture, $"[[{variable.Name}]]\n");
                if (entry.ValueKind != JsonValueKind.Object)
                {
                    text.Append(CultureInfo.InvariantCulture, $"value = {entry.GetRawText()}\n");
                    continue;
                }

                // JSON text and booleans are TOML, too.
                foreach (var field in entry.EnumerateObject())
                {
                    text.Append(CultureInfo.InvariantCulture, $"{field.Name} = {field.Value.GetRawText()}\n");
                }
            }
        }

        return text.ToString();
    }

    private async Task CommitAsync(string message)
    {
        await GitAsync("add", "--all");
        await GitAsync("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--allow-empty", "--message", message);
    }

    private Task<string> GitAsync(params string[] arguments) =>
        RunningProcess.RunAsync("git", ["-C", Folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", .. arguments]);
}
