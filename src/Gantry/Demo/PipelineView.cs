using System.Text.Json;
using Gantry.Logs;
using Gantry.Terminal;

namespace Gantry.Demo;

/// <summary>
/// Shows a pipeline in the terminal as it happens: a line whenever a job changes state, and each job's log while it
/// runs. Reads the REST API; two pipelines' jobs are never mixed, jobs of one pipeline are told apart by a prefix when
/// there is more than one.
/// </summary>
internal sealed class PipelineView(ServerClient server, long project, ITerminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<long, JobView> _jobs = [];

    /// <summary>Returns GitLab's status of the finished pipeline.</summary>
    public async Task<string> FollowAsync(long pipeline, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await server.GetAsync($"projects/{project}/pipelines/{pipeline}", cancellationToken)
                ?? throw new InvalidDataException($"pipeline {pipeline} is gone");
            var jobs = await server.GetAsync($"projects/{project}/pipelines/{pipeline}/jobs?per_page=100", cancellationToken);
            foreach (var job in (jobs?.EnumerateArray() ?? default).OrderBy(job => job.GetProperty("id").GetInt64()))
            {
                await ShowAsync(job, cancellationToken);
            }

            var status = state.GetProperty("status").GetString() ?? "";
            if (status is "success" or "failed" or "canceled" or "skipped" or "manual")
            {
                ShowErrors(state);
                return status;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task ShowAsync(JsonElement job, CancellationToken cancellationToken)
    {
        var id = job.GetProperty("id").GetInt64();
        var name = job.GetProperty("name").GetString() ?? "";
        var status = job.GetProperty("status").GetString() ?? "";
        if (!_jobs.TryGetValue(id, out var view))
        {
            _jobs[id] = view = new JobView();
        }

        if (status is "running" or "canceling" or "success" or "failed" or "canceled")
        {
            while (await server.ReadTraceAsync(project, id, view.Offset, cancellationToken) is { Length: > 0 } bytes)
            {
                view.Offset += bytes.Length;
                Write(view.Lines.Push(bytes));
            }
        }

        if (view.Status == status)
        {
            return;
        }

        if (status is "success" or "failed" or "canceled")
        {
            Write(view.Lines.Finish());
        }

        view.Status = status;
        var reason = job.TryGetProperty("failure_reason", out var text) && text.ValueKind == JsonValueKind.String ? $" ({text.GetString()})" : "";
        Say($"{Mark(status)} {name}: {status}{reason}");
    }

    private void ShowErrors(JsonElement pipeline)
    {
        if (pipeline.TryGetProperty("yaml_errors", out var errors) && errors.ValueKind == JsonValueKind.String)
        {
            Say($".gitlab-ci.yml: {errors.GetString()}");
        }
    }

    private void Write(IEnumerable<StoredLine> lines)
    {
        foreach (var line in lines.Select(line => line.Text))
        {
            terminal.Output.WriteLine(terminal.OutputIsTerminal ? $"  │ {line}\e[0m" : $"  | {PlainText.WithoutEscapes(line)}");
        }
    }

    private void Say(string text) => terminal.Output.WriteLine(text);

    private static string Mark(string status) => status switch
    {
        "success" => "✓",
        "failed" => "✗",
        "canceled" or "skipped" => "-",
        "running" => "▶",
        _ => "·",
    };

    private sealed class JobView
    {
        public string Status { get; set; } = "";

        public long Offset { get; set; }

        public StoredLog Lines { get; } = new();
    }
}
