using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Variables;

/// <summary>Which of the variables from outside the YAML a job sees, in the order of their precedence.</summary>
public static class LayeredVariables
{
    /// <param name="layers">From the settings and the request.</param>
    /// <param name="environment">Expanded name of the job's environment, or "" for none.</param>
    /// <param name="isProtectedRef">Protected variables count.</param>
    /// <returns>Lowest precedence first; keys may repeat, the last one counts.</returns>
    public static IReadOnlyList<Variable> Select(VariableLayers layers, string environment, bool isProtectedRef)
    {
        var result = new List<Variable>();
        foreach (var layer in new[] { layers.Instance, layers.Groups, layers.Project })
        {
            // Inside a layer the more specific environment wins; the sort is stable, so nearer groups stay later.
            result.AddRange(layer
                .Where(variable => (isProtectedRef || !variable.IsProtected) && InScope(variable.EnvironmentScope, environment))
                .OrderBy(variable => Specificity(variable.EnvironmentScope)));
        }

        result.AddRange(layers.Pipeline);
        result.AddRange(layers.Schedule);
        return result;
    }

    /// <summary>A scope is a name in which <c>*</c> stands for anything; jobs without environment see <c>*</c> only.</summary>
    public static bool InScope(string scope, string environment) => scope == "*"
        || (environment.Length > 0 && Regex.IsMatch(environment, Pattern(scope), RegexOptions.NonBacktracking));

    private static string Pattern(string scope) => $@"\A{Regex.Escape(scope).Replace("\\*", ".*", StringComparison.Ordinal)}\z";

    private static int Specificity(string scope) => scope == "*" ? 0 : scope.Contains('*', StringComparison.Ordinal) ? scope.Length : 1_000_000;
}
