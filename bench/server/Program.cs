using System.Diagnostics;
using System.Net;
using System.Text;
using Gantry.ServerLoad;

// The load of issue "a small GitLab CI": ./bench/server/run [--quick]
var quick = args.Contains("--quick");
var binary = Environment.GetEnvironmentVariable("GANTRY_BINARY") ?? Path.GetFullPath("out/gantry");
if (!File.Exists(binary))
{
    await Console.Error.WriteLineAsync($"{binary} does not exist; run ./build first");
    return 1;
}

await using var server = await LoadedServer.StartAsync(binary);
await Task.Delay(TimeSpan.FromSeconds(3));
Console.WriteLine($"{"server, idle, resident",-56}{server.Resident(),10:0.0} MB");

await Pipelines(quick ? 3 : 10);
await Requests(runners: 500, seconds: quick ? 5 : 20, pause: TimeSpan.FromSeconds(1));
await Requests(runners: 64, seconds: quick ? 5 : 20, pause: TimeSpan.Zero);
using (var pages = new PageLoad(server, Print))
{
    await pages.RunAsync(quick);
}

Console.WriteLine($"{"server, after the load, resident",-56}{server.Resident(),10:0.0} MB");
return 0;

async Task Pipelines(int rounds)
{
    var project = (await server.PostAsync("projects", new { name = "large" })).GetProperty("id").GetInt64();
    var text = new StringBuilder("stages: [a, b, c, d, e]\n");
    for (var number = 0; number < 1000; number++)
    {
        text.Append($"job{number}: {{stage: {"abcde"[number % 5]}, tags: [nobody], script: [make {number}, make test]}}\n");
    }

    await server.PostAsync($"projects/{project}/repository/files/.gitlab-ci.yml", new { branch = "main", commit_message = "[skip ci] large", content = text.ToString() });
    var times = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var start = Stopwatch.GetTimestamp();
        await server.PostAsync($"projects/{project}/pipeline", new { @ref = "main" });
        times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    Print("pipeline of 1,000 jobs created (POST to answer)", times);
}

// Runners that ask again after a pause, or at once; all of them with a queue in which nothing is for them.
async Task Requests(int runners, int seconds, TimeSpan pause)
{
    var tokens = new List<string>();
    for (var number = 0; number < runners; number++)
    {
        tokens.Add((await server.PostAsync("user/runners", new { runner_type = "instance_type", run_untagged = true })).GetProperty("token").GetString()!);
    }

    using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
    var begin = Stopwatch.GetTimestamp();
    var all = await Task.WhenAll(tokens.Select((token, number) => AskAsync(token, number, pause, end.Token)));
    var elapsed = Stopwatch.GetElapsedTime(begin).TotalSeconds;
    var times = all.SelectMany(one => one).ToList();
    Print($"jobs/request, {runners} runners, {(pause > TimeSpan.Zero ? $"every {pause.TotalSeconds:0} s" : "without a pause")}", times);
    Console.WriteLine($"{"  requests a second",-56}{times.Count / elapsed,10:0}");
}

async Task<List<double>> AskAsync(string token, int number, TimeSpan pause, CancellationToken end)
{
    var body = $$$$"""{"token":"{{{{token}}}}","system_id":"s_{{{{number}}}}","info":{"name":"gitlab-runner","version":"19.0.0","features":{"two_phase_job_commit":true}}}""";
    var times = new List<double>();
    if (pause > TimeSpan.Zero)
    {
        // Not all at the same moment: runners of the world are not in step.
        await Task.Delay(TimeSpan.FromMilliseconds(number * pause.TotalMilliseconds / 500), CancellationToken.None);
    }

    while (!end.IsCancellationRequested)
    {
        var start = Stopwatch.GetTimestamp();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Plain.PostAsync("jobs/request", content, CancellationToken.None);
        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            throw new InvalidOperationException($"jobs/request: {answer.StatusCode}");
        }

        times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, CancellationToken.None);
        }
    }

    return times;
}

static void Print(string name, List<double> times)
{
    times.Sort();
    double At(double part) => times[(int)Math.Min(times.Count - 1, times.Count * part)];
    Console.WriteLine($"{name,-56}{At(0.5),10:0.0} ms median{At(0.99),10:0.0} ms p99{times[^1],10:0.0} ms max");
}
