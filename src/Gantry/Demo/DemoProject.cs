using System.Globalization;

namespace Gantry.Demo;

/// <summary>The demonstration's project and runner on the server; made when missing.</summary>
internal static class DemoProject
{
    /// <summary>The project's number.</summary>
    public static async Task<long> EnsureAsync(ServerClient server, DemoSettings settings, CancellationToken cancellationToken)
    {
        var found = await server.GetAsync($"projects/{Uri.EscapeDataString(settings.ProjectPath)}", cancellationToken);
        var project = found ?? await CreateAsync(server, settings, cancellationToken);
        return project.GetProperty("id").GetInt64();
    }

    /// <summary>Makes a runner for every project of the server; its authentication token.</summary>
    public static async Task<string> CreateRunnerAsync(ServerClient server, CancellationToken cancellationToken)
    {
        var runner = await server.PostAsync(
            "user/runners",
            [new("runner_type", "instance_type"), new("description", "demo"), new("run_untagged", "true"), new("tag_list", "demo")],
            cancellationToken);
        return runner.GetProperty("token").GetString() ?? throw new InvalidDataException("the server made a runner without a token");
    }

    /// <summary>The newest pipeline of a commit; waits until it is there.</summary>
    public static async Task<long> PipelineAsync(
        ServerClient server, long project, string commit, long after, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await LatestAsync(server, project, commit, cancellationToken) is { } id && id > after)
            {
                return id;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }

        throw new InvalidDataException($"the push of {commit[..8]} created no pipeline; does the project have a .gitlab-ci.yml?");
    }

    /// <summary>The project's newest pipeline; 0 when there is none.</summary>
    public static async Task<long> NewestPipelineAsync(ServerClient server, long project, CancellationToken cancellationToken)
    {
        var list = await server.GetAsync($"projects/{project.ToString(CultureInfo.InvariantCulture)}/pipelines?per_page=1", cancellationToken);
        return list is { } pipelines && pipelines.GetArrayLength() > 0 ? pipelines[0].GetProperty("id").GetInt64() : 0;
    }

    private static async Task<long?> LatestAsync(ServerClient server, long project, string commit, CancellationToken cancellationToken)
    {
        var list = await server.GetAsync($"projects/{project.ToString(CultureInfo.InvariantCulture)}/pipelines?sha={commit}", cancellationToken);
        return list is { } pipelines && pipelines.GetArrayLength() > 0 ? pipelines[0].GetProperty("id").GetInt64() : null;
    }

    private static Task<System.Text.Json.JsonElement> CreateAsync(ServerClient server, DemoSettings settings, CancellationToken cancellationToken) =>
        server.PostAsync(
            "projects",
            [new("name", settings.ProjectName), new("path", settings.ProjectName), new("namespace_path", "demo")],
            cancellationToken);
}
