using System.Globalization;
using System.Text;
using Gantry.Engine.Plans;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>Whether a job may change a setting, and to what. Every refusal is a <see cref="FormatException"/> for the user.</summary>
internal sealed class OverwriteJudge(JobVariables variables, Action<string> say)
{
    /// <param name="name">As the log names it.</param>
    /// <param name="variable">The job's.</param>
    /// <param name="configured">What holds otherwise.</param>
    /// <param name="allowed">Expression for the value; empty: it may not be changed.</param>
    public string Text(string name, string variable, string configured, string allowed)
    {
        var wish = variables.Get(variable);
        if (allowed.Length == 0 || wish.Length == 0)
        {
            return configured;
        }

        Match(wish, allowed);
        say($"\"{name}\" overwritten with \"{wish}\"");
        return wish;
    }

    public string Token(string variable)
    {
        var wish = variables.Get(variable);
        if (wish.Length > 0)
        {
            say("\"BearerToken\" overwritten with \"XXXXXXXX...\"");
        }

        return wish;
    }

    /// <summary>Variables that begin with the prefix hold <c>key=value</c> each; the configured map is the start.</summary>
    public IReadOnlyDictionary<string, string> Map(string name, string prefix, IReadOnlyDictionary<string, string> configured, string allowed)
    {
        var map = configured.ToDictionary(StringComparer.Ordinal);
        foreach (var wish in Wishes(prefix, allowed))
        {
            Match(wish, allowed);
            var split = wish.IndexOf('=', StringComparison.Ordinal);
            if (split < 0)
            {
                throw new FormatException($"provided value \"{wish}\" does not match \"k=v\"");
            }

            Set(map, name, wish[..split], wish[(split + 1)..]);
        }

        return map;
    }

    /// <summary><c>key[=value][:effect]</c> each; an empty one tolerates everything.</summary>
    public IReadOnlyDictionary<string, string> Tolerations(string prefix, IReadOnlyDictionary<string, string> configured, string allowed)
    {
        var map = configured.ToDictionary(StringComparer.Ordinal);
        foreach (var wish in Wishes(prefix, allowed))
        {
            Match(wish, allowed);
            var split = wish.IndexOf(':', StringComparison.Ordinal);
            Set(map, "NodeTolerations", split < 0 ? wish : wish[..split], split < 0 ? "" : wish[(split + 1)..]);
        }

        return map;
    }

    /// <param name="key">That of the setting, such as <c>service_cpu_limit</c>.</param>
    /// <param name="resource">As the pod names it.</param>
    /// <param name="configured">What holds otherwise.</param>
    /// <param name="most">The largest amount; empty: it may not be changed.</param>
    public string Amount(string key, string resource, string configured, string most)
    {
        var wish = variables.Get("KUBERNETES_" + key.ToUpperInvariant());
        if (most.Length == 0 || wish.Length == 0)
        {
            return configured;
        }

        if (ResourceSet.Amount(resource, wish) > ResourceSet.Amount(resource, most))
        {
            throw new FormatException($"the resource \"{Title(key)}\" requested \"{wish}\" is higher than limit allowed \"{most}\"");
        }

        say($"\"{Title(key)}\" overwritten with \"{wish}\"");
        return wish;
    }

    private IEnumerable<string> Wishes(string prefix, string allowed) => allowed.Length == 0 ? []
        : variables.Distinct().All.Where(variable => variable.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(variable => variables.Get(variable.Key));

    private void Set(Dictionary<string, string> map, string name, string key, string value)
    {
        map[key] = value;
        say($"\"{name}\" \"{key}\" overwritten with \"{value}\"");
    }

    private static void Match(string value, string allowed)
    {
        if (!SettingsCheck.RegexOf(allowed).IsMatch(value))
        {
            throw new FormatException($"provided value \"{value}\" does not match \"{allowed}\"");
        }
    }

    /// <summary><c>service_cpu_limit</c> → <c>ServiceCPULimit</c>.</summary>
    private static string Title(string key)
    {
        var title = new StringBuilder();
        foreach (var part in key.Split('_'))
        {
            title.Append(part == "cpu" ? "CPU" : char.ToUpper(part[0], CultureInfo.InvariantCulture) + part[1..]);
        }

        return title.ToString();
    }
}
