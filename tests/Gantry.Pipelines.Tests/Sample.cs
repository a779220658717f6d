using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Tests;

/// <summary>Compiles texts against a repository in memory.</summary>
internal static class Sample
{
    public static PipelineRequest Request(string yaml, params (string Path, string Text)[] files)
    {
        var tree = new MemoryTree(files);
        return new PipelineRequest
        {
            Configuration = yaml,
            Facts = new PipelineFacts
            {
                Source = PipelineSources.Push,
                Reference = new GitReference("main", GitReferenceKind.Branch),
                Commit = new CommitFacts { Sha = new string('a', 40), Message = "Add things" },
                Project = new ProjectFacts { FullPath = "group/project" },
                Server = new ServerFacts { Url = "https://ci.example.com" },
            },
            Tree = tree,
            Includes = tree,
        };
    }

    public static async Task<PipelineModel> CreatedAsync(PipelineRequest request)
    {
        var compilation = await PipelineCompiler.CompileAsync(request, TestContext.Current.CancellationToken);
        return compilation is PipelineCompilation.Created created
            ? created.Pipeline
            : throw new InvalidOperationException(compilation is PipelineCompilation.Rejected rejected ? string.Join("\n", rejected.Problems) : compilation.ToString());
    }

    public static Task<PipelineModel> CreatedAsync(string yaml) => CreatedAsync(Request(yaml));

    public static async Task<JobModel> JobAsync(string yaml, string name = "job") => (await CreatedAsync(yaml)).Jobs.Single(job => job.Name == name);

    public static async Task<PipelineCompilation.Rejected> RejectedAsync(PipelineRequest request) =>
        Assert.IsType<PipelineCompilation.Rejected>(await PipelineCompiler.CompileAsync(request, TestContext.Current.CancellationToken));

    public static Task<PipelineCompilation.Rejected> RejectedAsync(string yaml) => RejectedAsync(Request(yaml));
}
