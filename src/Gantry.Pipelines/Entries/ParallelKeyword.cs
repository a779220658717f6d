using System.Globalization;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>One map of a matrix: names with their values in the order of the file.</summary>
internal sealed record MatrixRow(IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Columns)
{
    /// <summary>All combinations, the last column varying fastest.</summary>
    public IEnumerable<IReadOnlyList<KeyValuePair<string, string>>> Combinations()
    {
        IEnumerable<KeyValuePair<string, string>[]> rows = [[]];
        foreach (var (name, values) in Columns)
        {
            rows = rows.SelectMany(row => values.Select(value => (KeyValuePair<string, string>[])[.. row, new(name, value)]));
        }

        return rows;
    }

    public long Count => Columns.Aggregate(1L, (count, column) => Math.Min(int.MaxValue, count * column.Value.Count));
}

/// <summary><c>parallel</c>: a number of equal instances, or a matrix of different ones.</summary>
internal sealed record ParallelEntry(int Number, IReadOnlyList<MatrixRow>? Matrix);

internal static class ParallelKeyword
{
    public const int Limit = 200;

    public static ParallelEntry? Read(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Integer or ScalarKind.Float } scalar:
                return Number(scalar, scope);
            case YamlMap map:
                return Matrix(map, scope) is { } rows ? new ParallelEntry(0, rows) : null;
            default:
                scope.Problems.Add($"{scope.Location} should be an integer or a hash".ToLowerInvariant(), node);
                return null;
        }
    }

    /// <summary><c>needs:parallel:matrix</c>.</summary>
    public static IReadOnlyList<MatrixRow>? Selector(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Integer or ScalarKind.Float }:
                scope.Config(node, "cannot use \"parallel: <number>\".");
                return null;
            case YamlMap map:
                return Matrix(map, scope);
            default:
                scope.Problems.Add($"{scope.Location} should be an integer or a hash".ToLowerInvariant(), node);
                return null;
        }
    }

    private static ParallelEntry? Number(YamlScalar scalar, Scope scope)
    {
        var number = double.Parse(scalar.Text, CultureInfo.InvariantCulture);
        var complaint = scalar.Kind == ScalarKind.Float ? "must be an integer"
            : number < 1 ? "must be greater than or equal to 1"
            : number > Limit ? $"must be less than or equal to {Limit}"
            : null;
        if (complaint is null)
        {
            return new ParallelEntry((int)number, null);
        }

        scope.Config(scalar, complaint);
        return null;
    }

    private static List<MatrixRow>? Matrix(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["matrix"]);
        scope.Required(map, "matrix");
        if (map["matrix"] is not { } node)
        {
            return null;
        }

        var inner = scope.At("matrix");
        if (node is not YamlList list || list.Items.Any(item => item is not YamlMap))
        {
            inner.Config(node, "should be an array of hashes");
            return null;
        }

        if (list.Items.Count == 0)
        {
            inner.Config(node, "can't be blank");
            return null;
        }

        var rows = list.Items.Select(item => Row((YamlMap)item, inner)).OfType<MatrixRow>().ToList();
        if (rows.Sum(row => row.Count) > Limit)
        {
            inner.Config(list, $"generates too many jobs (maximum is {Limit})");
            return null;
        }

        return rows.Count == list.Items.Count ? rows : null;
    }

    private static MatrixRow? Row(YamlMap map, Scope parent)
    {
        var scope = parent.At("variables");
        var columns = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        foreach (var (name, value) in map.Entries)
        {
            var values = value switch
            {
                YamlScalar { IsNull: false } one => [one.Text],
                YamlList list when list.Items.Count > 0 && list.Items.All(item => item is YamlScalar { IsNull: false }) =>
                    list.Items.Select(item => ((YamlScalar)item).Text).ToList(),
                _ => (List<string>?)null,
            };
            if (values is null)
            {
                scope.Config(value, "should be a hash of key value pairs, value can be an array");
                return null;
            }

            columns.Add(new(name.Text, values));
        }

        if (columns.Count > 0)
        {
            return new MatrixRow(columns);
        }

        scope.Config(map, "should be a hash of key value pairs, value can be an array");
        return null;
    }
}
