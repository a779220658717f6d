using System.Net;
using Gantry.Coordinator.Tests.Hosting;

namespace Gantry.Coordinator.Tests.Web.Pages;

/// <summary>The form that runs a pipeline asks what the configuration declares and describes.</summary>
public sealed class NewPipelineTests
{
    private const string Configuration = """
        spec:
          include: [shared.yml]
          inputs:
            level: {description: How deep, options: [flat, deep]}
            count: {type: number, default: 2}
        ---
        variables:
          TARGET: {value: test, description: Where it goes, options: [test, live]}
          PLAIN: not asked
        'job-$[[ inputs.level ]]-$[[ inputs.count ]]-$[[ inputs.flavour ]]': {script: echo}
        """;

    private const string Shared = "inputs:\n  flavour: {default: plain, description: Of the whole team}\n";

    [Fact(Timeout = 60_000)]
    public async Task The_form_asks_for_inputs_and_described_variables_and_runs_with_the_answers()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        var project = await server.CreateProjectAsync();
        foreach (var (name, text) in new[] { (".gitlab-ci.yml", Configuration), ("shared.yml", Shared) })
        {
            var content = System.Text.Json.JsonSerializer.Serialize(text);
            await server.PostAsync($"projects/{project}/repository/files/{name}", $$"""{"branch":"main","commit_message":"m [skip ci]","content":{{content}}}""");
        }

        using var owner = await WebVisitor.SignedInAsync(server);

        var form = await owner.ReadAsync("/demo/hello/-/pipelines/new");
        Assert.Contains("name=\"input[level]\"", form, StringComparison.Ordinal);
        Assert.Contains("How deep", form, StringComparison.Ordinal);
        Assert.Contains("name=\"input[count]\" value=\"2\"", form, StringComparison.Ordinal);
        Assert.Contains("name=\"input[flavour]\" value=\"plain\"", form, StringComparison.Ordinal);
        Assert.Contains("Of the whole team", form, StringComparison.Ordinal);
        Assert.Contains("Where it goes", form, StringComparison.Ordinal);
        Assert.DoesNotContain("PLAIN", form, StringComparison.Ordinal);

        using var wrong = await owner.PostAsync("/demo/hello/-/pipelines", ("ref", "main"), ("input[level]", "steep"), ("input[count]", "3"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Contains("steep", await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var right = await owner.PostAsync(
            "/demo/hello/-/pipelines", ("ref", "main"), ("input[level]", "deep"), ("input[count]", ""), ("input[flavour]", "oolong"), ("type", "env_var"), ("key", "TARGET"), ("value", "live"));
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        var pipeline = (await server.GetAsync($"projects/{project}/pipelines/latest")).GetProperty("id").GetInt64();
        Assert.Equal("job-deep-2-oolong", (await server.GetAsync($"projects/{project}/pipelines/{pipeline}/jobs"))[0].GetProperty("name").GetString());
        var given = (await server.GetAsync($"projects/{project}/pipelines/{pipeline}/variables"))[0];
        Assert.Equal(("TARGET", "live"), (given.GetProperty("key").GetString(), given.GetProperty("value").GetString()));
    }
}
