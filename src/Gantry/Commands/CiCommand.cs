using Gantry.Ci;
using Gantry.CommandLine;
using Gantry.Includes;
using Gantry.Pipelines;
using Gantry.Pipelines.Model;

namespace Gantry.Commands;

/// <summary><c>gantry ci</c>: looks at the pipeline of the current folder without running it.</summary>
internal static class CiCommand
{
    private const string Words = "lint, list, show, graph, schema";
    private const int NotCreated = 2;

    public static Command Create()
    {
        var flags = new FlagSet { IsMixed = true };
        var source = new SourceFlags(flags);
        var json = flags.Switch("json", "lint, list: print JSON");
        var format = flags.Text("format", "graph: text, svg or mermaid");
        return new Command("ci", $"look at the pipeline of the current folder: {Words}", flags, async (context, cancellationToken) =>
        {
            var word = context.Arguments is [var only] ? only : throw new CommandException($"expected one of: {Words}", NotCreated);
            if (json.Value && word is not ("lint" or "list"))
            {
                throw new CommandException("--json is for lint and list", NotCreated);
            }

            if (format.IsSet && word != "graph")
            {
                throw new CommandException("--format is for graph", NotCreated);
            }

            if (word == "schema")
            {
                return WriteSchema(context);
            }

            if (word is not ("lint" or "list" or "show" or "graph"))
            {
                var near = Engine.Spelling.Nearest(word, Words.Split(", "));
                throw new CommandException($"'{word}' is none of: {Words}{(near is null ? "" : $"; did you mean {near}?")}", NotCreated);
            }

            IncludeClient? client = null;
            var request = await CiRequest.BuildAsync(
                context, source.Options(context), project => client = SourceFlags.Connect(context, project), cancellationToken);
            using var connection = client;
            var report = await PipelineLint.CheckAsync(request, cancellationToken);
            return word switch
            {
                "lint" => Lint(context, report, json.Value),
                "list" => List(context, report, json.Value),
                "show" => Show(context, report),
                _ => Graph(context, report, format.Value.Length == 0 ? "text" : format.Value),
            };
        })
        { ArgumentsText = Words.Replace(", ", "|", StringComparison.Ordinal) };
    }

    private static int Lint(CommandContext context, LintReport report, bool json)
    {
        if (json)
        {
            context.Terminal.Output.WriteLine(CiLintReport.Of(report).ToJson());
            return report.IsValid ? 0 : NotCreated;
        }

        WriteProblems(context, report);
        if (report.IsValid)
        {
            var files = report.Included.Count == 0 ? "" : $" ({report.Included.Count} included {(report.Included.Count == 1 ? "file" : "files")})";
            context.Terminal.Output.WriteLine($"The configuration is valid{files}.");
        }

        return report.IsValid ? 0 : NotCreated;
    }

    private static int List(CommandContext context, LintReport report, bool json)
    {
        var output = context.Terminal.Output;
        if (json && report.IsValid)
        {
            output.WriteLine(CiListReport.Of(report.Compilation).ToJson());
            return report.Compilation is PipelineCompilation.Created ? 0 : NotCreated;
        }

        WriteProblems(context, report);
        if (report.Compilation is PipelineCompilation.Created created)
        {
            var width = created.Pipeline.Jobs.Max(job => job.Name.Length);
            var stages = created.Pipeline.Stages.Max(stage => stage.Length);
            foreach (var job in created.Pipeline.Jobs)
            {
                output.WriteLine($"{job.Stage.PadRight(stages)}  {job.Name.PadRight(width)}  {Notes(job)}".TrimEnd());
            }
        }
        else if (report.Compilation is PipelineCompilation.Filtered filtered)
        {
            output.WriteLine(filtered.Detail is null ? filtered.Message : $"{filtered.Message} {filtered.Detail}");
        }

        if (report.Compilation.LeftOut.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("Left out:");
            foreach (var job in report.Compilation.LeftOut)
            {
                output.WriteLine($"  {job.Name}: {job.Reason}");
            }
        }

        return report.Compilation is PipelineCompilation.Created ? 0 : NotCreated;
    }

    private static int Show(CommandContext context, LintReport report)
    {
        WriteProblems(context, report);
        if (report.MergedYaml is { } merged)
        {
            context.Terminal.Output.Write(merged);
        }

        return report.IsValid ? 0 : NotCreated;
    }

    private static int Graph(CommandContext context, LintReport report, string format)
    {
        WriteProblems(context, report);
        if (report.Compilation is not PipelineCompilation.Created { Pipeline: var pipeline })
        {
            if (report.Compilation is PipelineCompilation.Filtered filtered)
            {
                context.Terminal.Error.WriteLine(filtered.Message);
            }

            return NotCreated;
        }

        context.Terminal.Output.Write(format switch
        {
            "text" => CiGraph.Text(pipeline),
            "mermaid" => CiGraph.Mermaid(pipeline),
            "svg" => CiGraph.Svg(pipeline),
            _ => throw new CommandException($"--format {format}: expected text, svg or mermaid", NotCreated),
        });
        return 0;
    }

    private static void WriteProblems(CommandContext context, LintReport report)
    {
        foreach (var warning in report.Compilation.Warnings)
        {
            context.Terminal.Error.WriteLine($"warning: {warning}");
        }

        foreach (var problem in report.Compilation is PipelineCompilation.Rejected rejected ? rejected.Problems : [])
        {
            context.Terminal.Error.WriteLine(problem.ToString());
        }
    }

    private static string Notes(JobModel job)
    {
        var notes = new List<string>();
        if (job.When != JobWhen.OnSuccess)
        {
            notes.Add(job.When.Keyword());
        }

        if (job.AllowFailure)
        {
            notes.Add("allow_failure");
        }

        if (job.IsDag)
        {
            notes.Add($"needs [{string.Join(", ", job.Needs.Select(need => need.Job))}]");
        }

        return string.Join(", ", notes);
    }

    // GitLab's own schema of the editor, which editors take as it is.
    private static int WriteSchema(CommandContext context)
    {
        using var resource = typeof(CiCommand).Assembly.GetManifestResourceStream("ci-schema.json") ?? throw new InvalidOperationException("the schema is not in this build");
        using var text = new StreamReader(resource);
        context.Terminal.Output.Write(text.ReadToEnd());
        return 0;
    }
}
