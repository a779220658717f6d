using System.Text.Encodings.Web;
using Gantry.Coordinator.Web.Graphs;

namespace Gantry.Coordinator.Tests.Web.Graphs;

public sealed class GraphTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_stands_behind_everything_it_waits_for()
    {
        var placed = GraphLayout.Place([Node("d", "b", "c"), Node("b", "a"), Node("c", "b"), Node("a"), Node("alone")]).ToDictionary(node => node.Node.Name);

        Assert.Equal(0, placed["a"].Column);
        Assert.Equal(0, placed["alone"].Column);
        Assert.Equal(1, placed["b"].Column);
        Assert.Equal(2, placed["c"].Column);
        Assert.Equal(3, placed["d"].Column);
        Assert.Equal(placed.Count, placed.Values.Select(node => (node.Column, node.Row)).Distinct().Count());
    }

    [Fact]
    public void Rows_are_ordered_so_that_lines_do_not_cross()
    {
        var placed = GraphLayout.Place([Node("a"), Node("b"), Node("x", "b"), Node("y", "a")]).ToDictionary(node => node.Node.Name);

        Assert.Equal(placed["a"].Row < placed["b"].Row, placed["y"].Row < placed["x"].Row);
    }

    [Fact]
    public void A_circle_in_damaged_data_ends()
    {
        var placed = GraphLayout.Place([Node("a", "b"), Node("b", "a")]);
        Assert.Equal(2, placed.Count);
    }

    [Fact]
    public void Names_of_jobs_are_never_markup()
    {
        using var writer = new StringWriter();
        new GraphDrawing(GraphLayout.Place([Node("<img src=x onerror=alert(1)>\"'")]), "\"><script>").WriteTo(writer, HtmlEncoder.Default);

        Assert.DoesNotContain("<img", writer.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", writer.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"'", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Spans_without_work_are_cut_short()
    {
        var scale = new TimeScale([(Start, Start.AddMinutes(1)), (Start.AddHours(20), Start.AddHours(20).AddMinutes(1))]);

        Assert.True(scale.IsCut);
        Assert.Equal(0, scale.Of(Start));
        Assert.InRange(scale.Of(Start.AddMinutes(1)), 48, 50);
        Assert.InRange(scale.Of(Start.AddHours(20)), 50, 52);
        Assert.Equal(100, scale.Of(Start.AddHours(20).AddMinutes(1)));
    }

    private static GraphNode Node(string name, params string[] needs) => new() { Name = name, Stage = 0, Needs = needs, Hint = name };
}
