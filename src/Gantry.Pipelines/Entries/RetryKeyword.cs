using System.Globalization;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>retry</c>: a number, or a map of number, reasons and exit codes.</summary>
internal static class RetryKeyword
{
    public static RetryModel? Read(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Integer }:
                return new RetryModel { Max = Attempts(node, "config", scope) };
            case YamlMap map:
                scope.OnlyKeys(map, ["max", "when", "exit_codes"]);
                return new RetryModel
                {
                    Max = map["max"] is null or { IsNull: true } ? 0 : Attempts(map["max"], "max", scope),
                    When = Reasons(map, scope),
                    ExitCodes = ExitCodes(map, scope),
                };
            default:
                scope.Config(node, "has to be either an integer or a hash");
                return null;
        }
    }

    private static int Attempts(YamlNode? node, string attribute, Scope scope)
    {
        if (node is not YamlScalar { Kind: ScalarKind.Integer or ScalarKind.Float } scalar
            || !double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            scope.About(node, attribute, "is not a number");
            return 0;
        }

        var complaint = scalar.Kind == ScalarKind.Float ? "must be an integer"
            : number < 0 ? "must be greater than or equal to 0"
            : number > 2 ? "must be less than or equal to 2"
            : null;
        if (complaint is null)
        {
            return (int)number;
        }

        scope.About(node, attribute, complaint);
        return 0;
    }

    private static IReadOnlyList<string> Reasons(YamlMap map, Scope scope)
    {
        var reasons = scope.OneOrMany(map, "when") ?? [];
        var unknown = reasons.Where(reason => !FailureReasons.ForRetry.Contains(reason)).ToList();
        if (unknown.Count > 0)
        {
            scope.About(map["when"], "when", map["when"] is YamlList ? $"contains unknown values: {string.Join(", ", unknown)}" : "is not included in the list",
                Problems.Suggestion.Hint(unknown, FailureReasons.ForRetry));
        }

        return reasons;
    }

    private static IReadOnlyList<int> ExitCodes(YamlMap map, Scope scope)
    {
        if (map["exit_codes"] is null or { IsNull: true })
        {
            return [];
        }

        if (Shapes.Integers(map["exit_codes"]) is { } codes)
        {
            return codes;
        }

        scope.About(map["exit_codes"], "exit codes", "should be an array of integers or an integer");
        return [];
    }
}
