using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.ServerLoad;

/// <summary>The pages under load: how long they take, and how soon a hundred viewers of one live log see a line.</summary>
internal sealed partial class PageLoad(LoadedServer server, Action<string, List<double>> print) : IDisposable
{
    private readonly HttpClient _browser = new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false, MaxConnectionsPerServer = 1024 })
    {
        BaseAddress = new Uri(server.Http.BaseAddress!, "/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _browser.Dispose();

    public async Task RunAsync(bool quick)
    {
        await SignInAsync();
        var project = (await server.PostAsync("projects", new { name = "pages" })).GetProperty("id").GetInt64();
        await server.PostAsync($"projects/{project}/repository/files/README.md", new { branch = "main", commit_message = "Describe", content = string.Concat(Enumerable.Repeat("# Title\n\nText with a [link](a.md) and `code`.\n\n- one\n- two\n\n", 40)) });
        var yaml = new StringBuilder("stages: [a, b, c]\nwatched: {stage: a, script: [make]}\n");
        for (var number = 0; number < 60; number++)
            yaml.Append(CultureInfo.InvariantCulture, $"job{number}: {{stage: {"abc"[number % 3]}, tags: [nobody], script: [make]}}\n");
        await server.PostAsync($"projects/{project}/repository/files/.gitlab-ci.yml", new { branch = "main", commit_message = "Build", content = yaml.ToString() });
        var (job, token, pipeline) = await TakeAsync();
        await TimeAsync("projects", "", quick);
        await TimeAsync("project with README", "root/pages", quick);
        await TimeAsync("pipelines", "root/pages/-/pipelines", quick);
        await TimeAsync("pipeline of 61 jobs", $"root/pages/-/pipelines/{pipeline}", quick);
        await TimeAsync("jobs", "root/pages/-/jobs", quick);
        await TimeAsync("job", $"root/pages/-/jobs/{job}", quick);
        await WatchAsync(job, token, viewers: 100, lines: quick ? 40 : 200);
    }

    private async Task SignInAsync()
    {
        var page = await _browser.GetStringAsync("users/sign_in");
        using var form = new FormUrlEncodedContent(
        [
            new("authenticity_token", FormToken().Match(page).Groups[1].Value),
            new("token", server.Http.DefaultRequestHeaders.GetValues("PRIVATE-TOKEN").First()),
        ]);
        using var answer = await _browser.PostAsync("users/sign_in", form);
        if (answer.StatusCode != HttpStatusCode.SeeOther)
            throw new InvalidOperationException($"sign-in: {answer.StatusCode}");
    }

    private async Task TimeAsync(string name, string path, bool quick)
    {
        var times = new List<double>();
        for (var round = 0; round < (quick ? 20 : 100); round++)
        {
            var start = Stopwatch.GetTimestamp();
            await _browser.GetStringAsync(path);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        print($"page: {name}", times);
    }

    // A runner that takes the one job that anybody may take.
    private async Task<(long Job, string Token, long Pipeline)> TakeAsync()
    {
        var runner = (await server.PostAsync("user/runners", new { runner_type = "instance_type", run_untagged = true })).GetProperty("token").GetString();
        using var content = new StringContent($$$$"""{"token":"{{{{runner}}}}","system_id":"s_pages","info":{"features":{}}}""", Encoding.UTF8, "application/json");
        using var answer = await server.Plain.PostAsync("jobs/request", content);
        var taken = System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        var id = taken.GetProperty("id").GetInt64();
        var pipeline = taken.GetProperty("variables").EnumerateArray().First(variable => variable.GetProperty("key").GetString() == "CI_PIPELINE_ID").GetProperty("value").GetString()!;
        return (id, taken.GetProperty("token").GetString()!, long.Parse(pipeline, CultureInfo.InvariantCulture));
    }

    private async Task WatchAsync(long job, string token, int viewers, int lines)
    {
        var sent = new long[lines];
        var delays = new List<double>[viewers];
        using var listening = new CountdownEvent(viewers);
        // The stream of a log begins with its first line.
        var offset = await AppendAsync(job, token, 0, "first\n");
        var watching = Enumerable.Range(0, viewers).Select(number => Task.Run(async () =>
        {
            delays[number] = [];
            using var answer = await _browser.GetAsync($"root/pages/-/jobs/{job}/log", HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            listening.Signal();
            while (await reader.ReadLineAsync() is { } line)
            {
                var now = Stopwatch.GetTimestamp();
                foreach (Match match in Mark().Matches(line))
                {
                    var at = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                    delays[number].Add(Stopwatch.GetElapsedTime(sent[at], now).TotalMilliseconds);
                    if (at == lines - 1)
                        return;
                }
            }
        })).ToList();
        listening.Wait();
        for (var number = 0; number < lines; number++)
        {
            sent[number] = Stopwatch.GetTimestamp();
            offset = await AppendAsync(job, token, offset, $"line <{number}> of a live log with some text behind it\n");
            await Task.Delay(50);
        }

        await Task.WhenAll(watching);
        print($"a line of a live log reaches {viewers} viewers", [.. delays.SelectMany(one => one)]);
    }

    private async Task<int> AppendAsync(long job, string token, int offset, string line)
    {
        var text = Encoding.UTF8.GetBytes(line);
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"jobs/{job}/trace") { Content = new ByteArrayContent(text) };
        request.Headers.Add("JOB-TOKEN", token);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + text.Length - 1}");
        using var answer = await server.Plain.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return offset + text.Length;
    }

    [GeneratedRegex("name=\"authenticity_token\" value=\"([0-9a-f]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex(@"line (?:<|\\u003C|&lt;)(\d+)")]
    private static partial Regex Mark();
}
