using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Graphs;

/// <summary>
/// The graph as SVG: nodes are links in the order of columns, so that it can be walked with the keyboard; the page's script
/// adds arrow keys and lights up what a node waits for. Without it the graph is whole.
/// </summary>
internal sealed class GraphDrawing(IReadOnlyList<PlacedNode> nodes, string label) : IHtmlContent
{
    private const int Width = 196;
    private const int Height = 36;
    private const int ColumnGap = 60;
    private const int RowGap = 12;
    private const int Edge = 8;

    // Columns of text that fit beside the icon.
    private const int LabelColumns = 22;

    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        var (columns, rows) = (nodes.Max(node => node.Column) + 1, nodes.Max(node => node.Row) + 1);
        var width = (columns * (Width + ColumnGap)) - ColumnGap + (2 * Edge);
        var height = (rows * (Height + RowGap)) - RowGap + (2 * Edge);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"<svg class=\"dag\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\""));
        encoder.Encode(writer, label);
        writer.Write("\" data-dag>");
        var ids = nodes.Select((node, i) => (node.Node.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i);
        WriteLines(writer, ids);
        foreach (var node in nodes)
            WriteNode(writer, encoder, node, ids);
        writer.Write("</svg>");
    }

    private void WriteLines(TextWriter writer, Dictionary<string, int> ids)
    {
        writer.Write("<g class=\"dag-lines\" aria-hidden=\"true\">");
        foreach (var node in nodes)
        {
            foreach (var need in node.Node.Needs.Where(ids.ContainsKey))
            {
                var from = nodes[ids[need]];
                var (x1, y1) = (X(from) + Width, Y(from) + (Height / 2));
                var (x2, y2) = (X(node), Y(node) + (Height / 2));
                var bend = Math.Min(48, (x2 - x1) / 2);
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"<path d=\"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}\" data-from=\"{ids[need]}\" data-to=\"{ids[node.Node.Name]}\"/>"));
            }
        }

        writer.Write("</g>");
    }

    private static void WriteNode(TextWriter writer, HtmlEncoder encoder, PlacedNode placed, Dictionary<string, int> ids)
    {
        var node = placed.Node;
        var needs = string.Join(' ', node.Needs.Where(ids.ContainsKey).Select(need => ids[need].ToString(CultureInfo.InvariantCulture)));
        writer.Write($"<a class=\"dag-node {node.Tone}\"");
        if (node.Address is not null)
        {
            writer.Write(" href=\"");
            encoder.Encode(writer, node.Address);
            writer.Write('"');
        }

        writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $" data-node=\"{ids[node.Name]}\" data-needs=\"{needs}\" data-column=\"{placed.Column}\" data-row=\"{placed.Row}\" transform=\"translate({X(placed)} {Y(placed)})\" aria-label=\""));
        encoder.Encode(writer, node.Hint);
        writer.Write("\"><title>");
        encoder.Encode(writer, node.Hint);
        writer.Write($"</title><rect width=\"{Width}\" height=\"{Height}\" rx=\"8\"/>");
        if (node.Icon is not null)
        {
            writer.Write("<g transform=\"translate(11 10)\">");
            // Inside another drawing a style sheet cannot give it its size.
            writer.Write(node.Icon.Value?.Replace("<svg ", "<svg width=\"16\" height=\"16\" ", StringComparison.Ordinal));
            writer.Write("</g>");
        }

        writer.Write($"<text x=\"{(node.Icon is null ? 12 : 35)}\" y=\"23\">");
        encoder.Encode(writer, Cut(node.Name, node.Count > 1 ? LabelColumns - 4 : LabelColumns));
        writer.Write("</text>");
        if (node.Count > 1)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"<text class=\"dag-count\" x=\"{Width - 12}\" y=\"23\" text-anchor=\"end\">×{node.Count}</text>"));
        writer.Write("</a>");
    }

    private static int X(PlacedNode node) => Edge + (node.Column * (Width + ColumnGap));

    private static int Y(PlacedNode node) => Edge + (node.Row * (Height + RowGap));

    /// <summary>As much as fits; characters of East Asia take two columns.</summary>
    private static string Cut(string text, int columns)
    {
        var used = 0;
        for (var i = 0; i < text.Length; i++)
        {
            used += text[i] >= 0x1100 ? 2 : 1;
            if (used > columns)
                return string.Concat(text.AsSpan(0, Math.Max(1, i - 1)), "…");
        }

        return text;
    }
}
