using System.Globalization;
using System.Text;
using Gantry.Pipelines.Model;

namespace Gantry.Ci;

/// <summary>A pipeline drawn: as text for a terminal, as Mermaid for documents, as SVG for browsers.</summary>
internal static class CiGraph
{
    private const int BoxWidth = 190, BoxHeight = 30, GapX = 70, GapY = 14, Margin = 20, HeaderHeight = 30;

    public static string Text(PipelineModel pipeline)
    {
        var text = new StringBuilder();
        foreach (var stage in pipeline.Stages)
        {
            text.Append(stage).Append('\n');
            var jobs = pipeline.Jobs.Where(job => job.Stage == stage).ToList();
            for (var i = 0; i < jobs.Count; i++)
            {
                text.Append(i == jobs.Count - 1 ? "└─ " : "├─ ").Append(jobs[i].Name).Append(Suffix(jobs[i])).Append('\n');
            }
        }

        return text.ToString();
    }

    public static string Mermaid(PipelineModel pipeline)
    {
        var ids = pipeline.Jobs.Select((job, index) => (job.Name, Id: $"j{index}")).ToDictionary(pair => pair.Name, pair => pair.Id, StringComparer.Ordinal);
        var text = new StringBuilder("flowchart LR\n");
        foreach (var (stage, index) in pipeline.Stages.Select((stage, index) => (stage, index)))
        {
            text.Append(CultureInfo.InvariantCulture, $"  subgraph s{index}[\"{Quoted(stage)}\"]\n");
            foreach (var job in pipeline.Jobs.Where(job => job.Stage == stage))
            {
                text.Append(CultureInfo.InvariantCulture, $"    {ids[job.Name]}[\"{Quoted(job.Name)}\"]\n");
            }

            text.Append("  end\n");
        }

        foreach (var (from, to) in Edges(pipeline))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {ids[from.Name]} --> {ids[to.Name]}\n");
        }

        return text.ToString();
    }

    public static string Svg(PipelineModel pipeline)
    {
        var places = Places(pipeline);
        var height = Margin * 2 + HeaderHeight + pipeline.Stages.Max(stage => pipeline.Jobs.Count(job => job.Stage == stage)) * (BoxHeight + GapY);
        var width = Margin * 2 + pipeline.Stages.Count * (BoxWidth + GapX) - GapX;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n");
        foreach (var (from, to) in Edges(pipeline))
        {
            var (x1, y1) = (places[from.Name].X + BoxWidth, places[from.Name].Y + BoxHeight / 2);
            var (x2, y2) = (places[to.Name].X, places[to.Name].Y + BoxHeight / 2);
            text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x1} {y1} C{x1 + GapX / 2} {y1} {x2 - GapX / 2} {y2} {x2} {y2}\" fill=\"none\" stroke=\"#bfbfc3\" stroke-width=\"2\"/>\n");
        }

        foreach (var (stage, index) in pipeline.Stages.Select((stage, index) => (stage, index)))
        {
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin + index * (BoxWidth + GapX)}\" y=\"{Margin + 14}\" font-weight=\"bold\" fill=\"#303035\">{Escaped(stage)}</text>\n");
        }

        foreach (var job in pipeline.Jobs)
        {
            var (x, y) = places[job.Name];
            text.Append(CultureInfo.InvariantCulture, $"<g><title>{Escaped(job.Name)}</title><rect x=\"{x}\" y=\"{y}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"15\" fill=\"#fbfafd\" stroke=\"#737278\"/>");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 14}\" y=\"{y + 20}\" fill=\"#303035\">{Escaped(Short(job.Name))}</text></g>\n");
        }

        return text.Append("</svg>\n").ToString();
    }

    // A job with needs waits for them; others wait for the stage before, which is drawn as lines from all of its jobs.
    private static IEnumerable<(JobModel From, JobModel To)> Edges(PipelineModel pipeline)
    {
        var jobs = pipeline.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
        foreach (var job in pipeline.Jobs)
        {
            var before = job.IsDag ? job.Needs.Where(need => jobs.ContainsKey(need.Job)).Select(need => jobs[need.Job]) : pipeline.Jobs.Where(other => other.StageIndex == job.StageIndex - 1);
            foreach (var other in before)
            {
                yield return (other, job);
            }
        }
    }

    private static Dictionary<string, (int X, int Y)> Places(PipelineModel pipeline)
    {
        var places = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        for (var stage = 0; stage < pipeline.Stages.Count; stage++)
        {
            var row = 0;
            foreach (var job in pipeline.Jobs.Where(job => job.Stage == pipeline.Stages[stage]))
            {
                places[job.Name] = (Margin + stage * (BoxWidth + GapX), Margin + HeaderHeight + row++ * (BoxHeight + GapY));
            }
        }

        return places;
    }

    private static string Suffix(JobModel job)
    {
        var notes = new List<string>();
        if (job.When is not JobWhen.OnSuccess)
        {
            notes.Add(job.When.Keyword());
        }

        if (job.AllowFailure)
        {
            notes.Add("may fail");
        }

        if (job.Trigger is not null)
        {
            notes.Add("starts a pipeline");
        }

        if (job.IsDag)
        {
            notes.Add(job.Needs.Count == 0 ? "needs nothing" : "needs " + string.Join(", ", job.Needs.Select(need => need.Job)));
        }

        return notes.Count == 0 ? "" : $"  ({string.Join("; ", notes)})";
    }

    private static string Short(string name) => name.Length > 24 ? name[..23] + "…" : name;

    private static string Quoted(string text) => text.Replace("\"", "#quot;", StringComparison.Ordinal);

    private static string Escaped(string text) => System.Net.WebUtility.HtmlEncode(text);
}
