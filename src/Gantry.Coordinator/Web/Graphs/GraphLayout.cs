namespace Gantry.Coordinator.Web.Graphs;

/// <summary>
/// Places nodes in columns by the longest chain of needs before them, and orders each column so that lines cross little:
/// every node stands near the middle of what it is connected to (barycentre, swept a few times).
/// </summary>
internal static class GraphLayout
{
    private const int Sweeps = 4;

    public static IReadOnlyList<PlacedNode> Place(IReadOnlyList<GraphNode> nodes)
    {
        var columns = Columns(nodes);
        var grid = nodes.GroupBy(node => columns[node.Name]).OrderBy(group => group.Key)
            .Select(group => group.OrderBy(node => node.Stage).ThenBy(node => node.Name, Views.NaturalOrder.Instance).ToList()).ToList();
        var users = nodes.SelectMany(node => node.Needs.Select(need => (need, node.Name))).ToLookup(pair => pair.need, pair => pair.Name);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var rows = Rows(grid);
            foreach (var column in sweep % 2 == 0 ? grid : Enumerable.Reverse(grid))
            {
                var middle = column.ToDictionary(
                    node => node.Name,
                    node => Middle(sweep % 2 == 0 ? node.Needs : users[node.Name], rows) ?? rows[node.Name]);
                var sorted = column.OrderBy(node => middle[node.Name]).ThenBy(node => rows[node.Name]).ToList();
                column.Clear();
                column.AddRange(sorted);
                for (var i = 0; i < column.Count; i++)
                    rows[column[i].Name] = i;
            }
        }

        return [.. grid.SelectMany((column, x) => column.Select((node, y) => new PlacedNode(node, x, y)))];
    }

    private static Dictionary<string, int> Columns(IReadOnlyList<GraphNode> nodes)
    {
        var byName = nodes.ToDictionary(node => node.Name);
        var columns = new Dictionary<string, int>();
        foreach (var node in nodes)
            ColumnOf(node, byName, columns, nodes.Count);
        return columns;
    }

    // Configurations with circles are refused long before; the depth is a net for damaged data.
    private static int ColumnOf(GraphNode node, Dictionary<string, GraphNode> byName, Dictionary<string, int> columns, int depth)
    {
        if (columns.TryGetValue(node.Name, out var known))
            return known;
        var column = depth <= 0 ? 0 : node.Needs.Where(byName.ContainsKey).Select(need => ColumnOf(byName[need], byName, columns, depth - 1) + 1).DefaultIfEmpty(0).Max();
        return columns[node.Name] = column;
    }

    private static Dictionary<string, int> Rows(List<List<GraphNode>> grid) =>
        grid.SelectMany(column => column.Select((node, row) => (node.Name, row))).ToDictionary(pair => pair.Name, pair => pair.row);

    private static double? Middle(IEnumerable<string> names, Dictionary<string, int> rows)
    {
        var places = names.Where(rows.ContainsKey).Select(name => rows[name]).ToList();
        return places.Count == 0 ? null : places.Average();
    }
}
