using System.Collections.Concurrent;
using System.Net.Http.Json;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Server;

/// <summary>SIGKILL at any moment loses no acknowledged write.</summary>
public sealed class KillTests : IDisposable
{
    private const int Rounds = 8;

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = 240_000)]
    public async Task What_was_answered_before_a_kill_is_there_after_it()
    {
        var random = new Random(20270101);
        var kept = new ConcurrentDictionary<string, string>();
        long project = 0;
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await GantryServer.StartAsync(_scratch);
            if (round == 0)
            {
                project = await server.CreateProjectAsync("kept");
            }

            using var http = new HttpClient { BaseAddress = new Uri(server.Address, "/api/v4/") };
            http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", server.Token);
            await VerifyAsync(http, project, kept);
            var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(http, project, $"R{round}_W{writer}", kept)).ToArray();
            var enough = kept.Count + random.Next(1, 60);
            await Eventually.IsAsync(() => Task.FromResult(kept.Count >= enough), "some writes");
            server.Process.Signal("KILL");
            await Task.WhenAll(writers);
        }

        await using var last = await GantryServer.StartAsync(_scratch);
        using var client = new HttpClient { BaseAddress = new Uri(last.Address, "/api/v4/") };
        client.DefaultRequestHeaders.Add("PRIVATE-TOKEN", last.Token);
        await VerifyAsync(client, project, kept);
        Assert.True(kept.Count > Rounds);
    }

    // Until the server is gone: what it answered with success counts as kept.
    private static async Task WriteAsync(HttpClient http, long project, string name, ConcurrentDictionary<string, string> kept)
    {
        for (var number = 0; ; number++)
        {
            var (key, value) = ($"{name}_{number}", $"value {number}");
            try
            {
                using var form = new FormUrlEncodedContent([new("key", key), new("value", value)]);
                using var answer = await http.PostAsync($"projects/{project}/variables", form, TestContext.Current.CancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    kept[key] = value;
                }
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static async Task VerifyAsync(HttpClient http, long project, ConcurrentDictionary<string, string> kept)
    {
        var found = new Dictionary<string, string>();
        for (var page = 1; ; page++)
        {
            var variables = await http.GetFromJsonAsync<List<StoredVariable>>(
                $"projects/{project}/variables?per_page=100&page={page}", TestContext.Current.CancellationToken);
            if (variables is not { Count: > 0 })
            {
                break;
            }

            variables.ForEach(variable => found.Add(variable.Key, variable.Value));
        }

        Assert.DoesNotContain(kept, pair => found.GetValueOrDefault(pair.Key) != pair.Value);
    }

    private sealed record StoredVariable(string Key, string Value);
}
