using System.Text.RegularExpressions;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Creation;

/// <summary>Environments with their variables put in, and the tier guessed where none is given.</summary>
internal static partial class EnvironmentNames
{
    public static EnvironmentModel? Expand(EnvironmentEntry? entry, string? name, VariableScope scope)
    {
        if (entry is null || name is null)
        {
            return null;
        }

        var tier = entry.Tier is null ? null : scope.Expand(entry.Tier);
        var slug = Slug.OfEnvironment(name);
        string? OwnOrScope(string key) => key switch
        {
            "CI_ENVIRONMENT_NAME" => name,
            "CI_ENVIRONMENT_SLUG" => slug,
            _ => scope.Value(key),
        };
        return new EnvironmentModel
        {
            Name = name,
            Slug = slug,
            Url = entry.Url is null ? null : Expansion.Expand(entry.Url, OwnOrScope),
            Action = entry.Action,
            Tier = tier ?? GuessTier(name),
            OnStop = entry.OnStop,
            AutoStopIn = entry.AutoStopIn is null ? null : scope.Expand(entry.AutoStopIn),
        };
    }

    private static string GuessTier(string name) => name switch
    {
        _ when Development().IsMatch(name) => "development",
        _ when Testing().IsMatch(name) => "testing",
        _ when Staging().IsMatch(name) => "staging",
        _ when Production().IsMatch(name) => "production",
        _ => "other",
    };

    [GeneratedRegex("dev|review|trunk", RegexOptions.IgnoreCase)]
    private static partial Regex Development();

    [GeneratedRegex("test|tst|int|ac(ce|)pt|qa|qc|control|quality", RegexOptions.IgnoreCase)]
    private static partial Regex Testing();

    [GeneratedRegex("st(a|)g|mod(e|)l|pre|demo|non", RegexOptions.IgnoreCase)]
    private static partial Regex Staging();

    [GeneratedRegex("pr(o|)d|live", RegexOptions.IgnoreCase)]
    private static partial Regex Production();
}
