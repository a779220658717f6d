using Gantry.Runner.Configuration;

namespace Gantry.Runner.Registration;

/// <summary>Fills what is empty in an entry from a template file (official-cli-config §1.3.3.4).</summary>
internal static class TemplateMerge
{
    /// <exception cref="RunnerCommandException">The template cannot be used.</exception>
    public static void Apply(ConfigTable entry, string templatePath)
    {
        ConfigDocument template;
        try
        {
            template = File.Exists(templatePath)
                ? ConfigReader.Read(templatePath)
                : throw new RunnerCommandException($"couldn't load configuration template file: {templatePath} does not exist");
        }
        catch (ConfigurationException problem)
        {
            throw new RunnerCommandException($"couldn't load configuration template file: decoding configuration file: {problem.Message}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new RunnerCommandException($"couldn't load configuration template file: {problem.Message}");
        }

        if (template.Table.Tables("runners") is not [var runner])
        {
            throw new RunnerCommandException("configuration template must contain exactly one [[runners]] entry");
        }

        runner.Remove("token");
        Fill(entry, runner);
    }

    private static void Fill(ConfigTable target, ConfigTable source)
    {
        foreach (var key in source.Shape.Keys)
        {
            if (source[key.Name] is not { } value)
            {
                continue;
            }

            switch (target[key.Name])
            {
                case null:
                    target.Set(key.Name, value);
                    break;
                case ConfigTable table when value is ConfigTable other:
                    Fill(table, other);
                    break;
                case var present when IsEmpty(present, key.Kind):
                    target.Set(key.Name, value);
                    break;
                case IReadOnlyDictionary<string, string> map when value is IReadOnlyDictionary<string, string> other:
                    target.Set(key.Name, Union(map, other));
                    break;
                case IReadOnlyDictionary<string, bool> map when value is IReadOnlyDictionary<string, bool> other:
                    target.Set(key.Name, Union(map, other));
                    break;
                case IReadOnlyDictionary<string, long> map when value is IReadOnlyDictionary<string, long> other:
                    target.Set(key.Name, Union(map, other));
                    break;
                case IReadOnlyDictionary<string, IReadOnlyList<string>> map when value is IReadOnlyDictionary<string, IReadOnlyList<string>> other:
                    target.Set(key.Name, Union(map, other));
                    break;
                default:
                    break;
            }
        }
    }

    // Zero counts as empty; a three-state value that was given does not, whatever it says.
    private static bool IsEmpty(object value, ConfigKind kind) => value switch
    {
        _ when kind is ConfigKind.OptionalBoolean or ConfigKind.OptionalNumber or ConfigKind.OptionalDuration or ConfigKind.OptionalText => false,
        string text => text.Length == 0,
        bool boolean => !boolean,
        long number => number == 0,
        double fraction => fraction == 0,
        TimeSpan duration => duration == TimeSpan.Zero,
        IReadOnlyCollection<string> list => list.Count == 0,
        IReadOnlyCollection<long> list => list.Count == 0,
        IReadOnlyCollection<double> list => list.Count == 0,
        IReadOnlyCollection<ConfigTable> list => list.Count == 0,
        _ => false,
    };

    private static Dictionary<string, T> Union<T>(IReadOnlyDictionary<string, T> first, IReadOnlyDictionary<string, T> more)
    {
        var all = new Dictionary<string, T>(more, StringComparer.Ordinal);
        foreach (var (key, value) in first)
        {
            all[key] = value;
        }

        return all;
    }
}
