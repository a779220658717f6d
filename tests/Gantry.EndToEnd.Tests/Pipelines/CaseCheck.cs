using System.Text.Json;

namespace Gantry.EndToEnd.Tests.Pipelines;

/// <summary>Compares a report with what a case expects; collects everything that differs.</summary>
internal sealed class CaseCheck(PipelineCaseRun run, JsonElement report)
{
    private const double CoveragePrecision = 0.01;
    private const int ShownLines = 20;

    private readonly List<string> _differences = [];

    public IReadOnlyList<string> Differences()
    {
        var pipeline = report.GetProperty("pipeline");
        var expected = run.Pipeline;
        if (pipeline.GetProperty("created").GetBoolean() != expected.GetProperty("created").GetBoolean())
        {
            _differences.Add($"created is {pipeline.GetProperty("created")}: {pipeline.GetProperty("errors")}");
        }
        else if (expected.GetProperty("created").GetBoolean())
        {
            Created(pipeline, expected);
        }
        else
        {
            Refused(pipeline, expected);
        }

        return _differences;
    }

    private void Created(JsonElement pipeline, JsonElement expected)
    {
        Same("pipeline status", Text(pipeline, "status"), Text(expected, "status"));
        if (expected.TryGetProperty("stages", out var stages))
        {
            Same("stages", string.Join(", ", Texts(pipeline, "stages")), string.Join(", ", stages.EnumerateArray()));
        }

        if (expected.TryGetProperty("coverage", out var coverage))
        {
            Coverage("pipeline", pipeline.GetProperty("coverage"), coverage);
        }

        var jobs = Jobs(report);
        Jobs(run.List("jobs"), jobs, run.Find("jobs_complete") is not { } complete || complete.GetBoolean(), "");
        foreach (var absent in run.Texts("absent_jobs").Where(jobs.ContainsKey))
        {
            _differences.Add($"{absent} is there");
        }

        foreach (var order in run.Texts("order"))
        {
            var (first, second) = order.Split(" < ") is [var a, var b] ? (TimeOf(jobs, a), TimeOf(jobs, b)) : default;
            if (first is null || second is null || first > second)
            {
                _differences.Add($"order: {order} ({first:O}, {second:O})");
            }
        }

        foreach (var group in run.List("exclusive"))
        {
            Exclusive(jobs, [.. group.EnumerateArray().Select(name => name.GetString()!)]);
        }
    }

    private void Refused(JsonElement pipeline, JsonElement expected)
    {
        Same("reason", Text(pipeline, "reason"), Text(expected, "reason"));
        var errors = string.Join('\n', Texts(pipeline, "errors"));
        if (expected.TryGetProperty("error_contains", out var wanted))
        {
            foreach (var part in (wanted.ValueKind == JsonValueKind.Array ? wanted.EnumerateArray().ToList() : [wanted]).Select(part => part.GetString()!))
            {
                if (!errors.Contains(part, StringComparison.OrdinalIgnoreCase))
                {
                    _differences.Add($"no error contains \"{part}\": {errors}");
                }
            }
        }
    }

    private void Jobs(IEnumerable<JsonElement> expected, Dictionary<string, JsonElement> actual, bool complete, string parent)
    {
        var list = expected.ToList();
        var names = list.Select(job => Text(job, "name")!).ToHashSet();
        if (complete && !names.SetEquals(actual.Keys))
        {
            _differences.Add($"{parent}jobs are {string.Join(", ", actual.Keys.Order())}, expected {string.Join(", ", names.Order())}");
        }

        foreach (var job in list)
        {
            if (actual.TryGetValue(Text(job, "name")!, out var found))
            {
                Job(job, found, parent + Text(job, "name"));
            }
        }
    }

    private void Job(JsonElement expected, JsonElement actual, string name)
    {
        var statuses = expected.GetProperty("status") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(s => s.GetString()).ToList() : [Text(expected, "status")];
        if (!statuses.Contains(Text(actual, "status")))
        {
            _differences.Add($"{name}: {Text(actual, "status")} ({Text(actual, "failure_reason")}), expected {string.Join(" or ", statuses)}");
        }

        foreach (var field in new[] { "stage", "allow_failure", "exit_code", "failure_reason", "attempts" })
        {
            if (expected.TryGetProperty(field, out var value))
            {
                Same($"{name}: {field}", actual.GetProperty(field).ToString(), value.ToString());
            }
        }

        if (expected.TryGetProperty("environment", out var environment))
        {
            Environment(name, actual.GetProperty("environment"), environment);
        }

        if (expected.TryGetProperty("coverage", out var coverage))
        {
            Coverage(name, actual.GetProperty("coverage"), coverage);
        }

        var artifacts = Texts(actual, "artifacts").ToHashSet();
        _differences.AddRange(Texts(expected, "artifacts").Where(path => !artifacts.Contains(path)).Select(path => $"{name}: artifact {path} is missing"));
        _differences.AddRange(Texts(expected, "artifacts_absent").Where(artifacts.Contains).Select(path => $"{name}: artifact {path} is there"));
        Log(name, expected, Text(actual, "log"));
        if (expected.TryGetProperty("min_wait_s", out var wait) && actual.GetProperty("started") is { ValueKind: JsonValueKind.String } started
            && started.GetDateTimeOffset() - Ready(expected) is { } waited && waited.TotalSeconds < wait.GetDouble() - 0.05)
        {
            _differences.Add($"{name}: started after {waited.TotalSeconds:0.00} s, expected at least {wait}");
        }

        if (expected.TryGetProperty("downstream", out var downstream))
        {
            Downstream(name, downstream, actual.GetProperty("downstream"));
        }
    }

    private void Downstream(string name, JsonElement expected, JsonElement actual)
    {
        if (actual.ValueKind != JsonValueKind.Object)
        {
            _differences.Add($"{name}: started no pipeline");
            return;
        }

        Same($"{name}: downstream status", Text(actual.GetProperty("pipeline"), "status"), Text(expected.GetProperty("pipeline"), "status"));
        if (expected.TryGetProperty("jobs", out var jobs))
        {
            Jobs(jobs.EnumerateArray(), Jobs(actual), complete: true, name + " > ");
        }
    }

    // A job could have started when the last one of the stages before it, or of what it needs, had finished.
    private DateTimeOffset? Ready(JsonElement expected)
    {
        var stage = Text(expected, "stage");
        var before = Jobs(report).Values.TakeWhile(job => Text(job, "stage") != stage).Where(job => job.GetProperty("finished").ValueKind == JsonValueKind.String).ToList();
        return before.Count > 0 ? before.Max(job => job.GetProperty("finished").GetDateTimeOffset()) : Jobs(report).Values
            .Where(job => job.GetProperty("queued").ValueKind == JsonValueKind.String).Min(job => (DateTimeOffset?)job.GetProperty("queued").GetDateTimeOffset());
    }

    private void Log(string name, JsonElement expected, string? path)
    {
        var lines = path is null ? [] : CaseLog.Read(path);
        var problems = new List<string>();
        problems.AddRange(Texts(expected, "log_lines").Where(text => !lines.Contains(text)).Select(text => $"no line \"{text}\""));
        problems.AddRange(Texts(expected, "log_contains").Where(text => !lines.Any(line => line.Contains(text, StringComparison.Ordinal))).Select(text => $"no line contains \"{text}\""));
        problems.AddRange(Texts(expected, "log_not_lines").Where(lines.Contains).Select(text => $"a line is \"{text}\""));
        problems.AddRange(Texts(expected, "log_not_contains").Where(text => lines.Any(line => line.Contains(text, StringComparison.Ordinal))).Select(text => $"a line contains \"{text}\""));
        var position = 0;
        foreach (var text in Texts(expected, "log_order"))
        {
            position = lines.IndexOf(text, Math.Min(position, lines.Count)) + 1;
            if (position == 0)
            {
                problems.Add($"not in this order: \"{text}\"");
                break;
            }
        }

        if (problems.Count > 0)
        {
            _differences.Add($"{name}: {string.Join("; ", problems)}; the log ends:\n      {string.Join("\n      ", lines.TakeLast(ShownLines))}");
        }
    }

    private void Environment(string name, JsonElement actual, JsonElement expected)
    {
        foreach (var field in expected.EnumerateObject())
        {
            Same($"{name}: environment {field.Name}", actual.ValueKind == JsonValueKind.Object ? Text(actual, field.Name) : null, field.Value.GetString());
        }
    }

    private void Coverage(string name, JsonElement actual, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null ? actual.ValueKind != JsonValueKind.Null
            : actual.ValueKind != JsonValueKind.Number || Math.Abs(actual.GetDouble() - expected.GetDouble()) > CoveragePrecision)
        {
            _differences.Add($"{name}: coverage {actual}, expected {expected}");
        }
    }

    private void Exclusive(Dictionary<string, JsonElement> jobs, string[] names)
    {
        var times = names.Select(name => (Name: name, From: TimeOf(jobs, name + ".started"), To: TimeOf(jobs, name + ".finished"))).OrderBy(job => job.From).ToList();
        foreach (var (first, second) in times.Zip(times.Skip(1)).Where(pair => pair.Second.From < pair.First.To))
        {
            _differences.Add($"{first.Name} and {second.Name} ran at the same time");
        }
    }

    private void Same(string what, string? actual, string? expected)
    {
        if (actual != expected)
        {
            _differences.Add($"{what} is {actual ?? "nothing"}, expected {expected}");
        }
    }

    private static Dictionary<string, JsonElement> Jobs(JsonElement of) => of.GetProperty("jobs").EnumerateArray().ToDictionary(job => Text(job, "name")!);

    private static DateTimeOffset? TimeOf(Dictionary<string, JsonElement> jobs, string text)
    {
        var dot = text.LastIndexOf('.');
        return jobs.TryGetValue(text[..dot], out var job) && job.GetProperty(text[(dot + 1)..]) is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null;
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement of, string name) =>
        of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(item => item.GetString()!) : [];
}
