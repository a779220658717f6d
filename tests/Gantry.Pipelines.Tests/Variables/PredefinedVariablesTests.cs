using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Tests.Variables;

public sealed class PredefinedVariablesTests
{
    [Fact]
    public void A_branch_pipeline_knows_its_commit_project_and_server()
    {
        var facts = new PipelineFacts
        {
            Source = PipelineSources.Push,
            Reference = new GitReference("Feature/One", GitReferenceKind.Branch, IsProtected: true),
            Commit = new CommitFacts { Sha = "0123456789abcdef0123456789abcdef01234567", Message = "Title\n\nBody\nmore", Author = "A <a@b>" },
            Project = new ProjectFacts { Id = 4, FullPath = "Top/sub/app" },
            Server = new ServerFacts { Url = "https://ci.example.com:8443", Registry = "reg.example.com" },
        };
        var variables = PredefinedVariables.ForPipeline(facts).ToDictionary(variable => variable.Key, variable => variable.Value);

        Assert.Equal("Feature/One feature-one Feature/One true", Line(variables, "CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_PROTECTED"));
        Assert.Equal("01234567 Title", Line(variables, "CI_COMMIT_SHORT_SHA", "CI_COMMIT_TITLE"));
        Assert.Equal("Body\nmore", variables["CI_COMMIT_DESCRIPTION"]);
        Assert.Equal("app Top/sub Top top-sub-app", Line(variables, "CI_PROJECT_NAME", "CI_PROJECT_NAMESPACE", "CI_PROJECT_ROOT_NAMESPACE", "CI_PROJECT_PATH_SLUG"));
        Assert.Equal("ci.example.com:8443 ci.example.com 8443 https", Line(variables, "CI_SERVER_FQDN", "CI_SERVER_HOST", "CI_SERVER_PORT", "CI_SERVER_PROTOCOL"));
        Assert.Equal("reg.example.com/top/sub/app", variables["CI_REGISTRY_IMAGE"]);
        Assert.False(variables.ContainsKey("CI_COMMIT_TAG"));
    }

    [Theory]
    [InlineData("A/b_C.d", "a-b-c-d")]
    [InlineData("--x--", "x")]
    [InlineData("ü", "")]
    public void Slugs_are_safe_for_hosts(string text, string slug) => Assert.Equal(slug, Slug.Of(text));

    [Theory]
    [InlineData("$A-${B}-%C%", "1-2-3")]
    [InlineData("$$A-%%C", "$$A-%%C")]
    [InlineData("$NOPE ${NOPE} $", "$NOPE ${NOPE} $")]
    [InlineData("${A", "${A")]
    [InlineData("$A1 100% $_", "$A1 100% $_")]
    public void Expansion_takes_three_spellings_and_leaves_what_it_does_not_know(string text, string expected)
    {
        var values = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["C"] = "3" };

        Assert.Equal(expected, Expansion.Expand(text, values.GetValueOrDefault));
    }

    private static string Line(Dictionary<string, string> variables, params string[] keys) => string.Join(' ', keys.Select(key => variables[key]));
}
