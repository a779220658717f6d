using Gantry.CommandLine;
using Gantry.Coordinator.Local;
using Gantry.Runner.Configuration;

namespace Gantry.Exec;

/// <summary>Values for variables: those of the project from a file and the environment, those of the pipeline from flags.</summary>
internal static class ProjectVariables
{
    /// <summary>The file of the project that holds what a server would keep in its settings. Never part of the commit.</summary>
    public const string FileName = ".gantry/variables.toml";

    /// <param name="path">Absolute.</param>
    /// <param name="isGiven">The user named it, so it must be there.</param>
    /// <param name="environment">Where values may be instead.</param>
    public static IReadOnlyList<LocalVariable> Read(string path, bool isGiven, IReadOnlyDictionary<string, string> environment)
    {
        if (!File.Exists(path))
        {
            return isGiven ? throw new CommandException($"--variables-file {path} does not exist", 2) : [];
        }

        try
        {
            return path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)
                ? [.. VariablesFile.Read(path).Select(variable => Value(variable, path, environment))]
                : Lines(path);
        }
        catch (Exception error) when (error is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message, 2);
        }
    }

    /// <summary><c>KEY=VALUE</c>, or <c>KEY</c> for the value that the environment has.</summary>
    public static LocalVariable Given(string text, IReadOnlyDictionary<string, string> environment)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? text : text[..equals];
        if (key.Length == 0 || char.IsAsciiDigit(key[0]) || !key.All(c => c == '_' || char.IsAsciiLetterOrDigit(c)))
        {
            throw new CommandException($"--variable {text}: expected KEY=VALUE, where KEY has letters, digits and '_' only", 2);
        }

        return equals >= 0 ? new LocalVariable(key, text[(equals + 1)..])
            : environment.TryGetValue(key, out var value) ? new LocalVariable(key, value)
            : throw new CommandException($"--variable {key}: the environment has no {key}; give a value with --variable {key}=VALUE", 2);
    }

    private static LocalVariable Value(FileVariable variable, string path, IReadOnlyDictionary<string, string> environment)
    {
        var name = variable.FromEnvironment ?? variable.Key;
        var value = variable.Value ?? (environment.TryGetValue(name, out var found)
            ? found
            : throw new CommandException($"{path}: {variable.Key} has no value, and the environment has no {name}", 2));
        return new LocalVariable(variable.Key, value)
        {
            IsFile = variable.IsFile,
            IsMasked = variable.IsMasked,
            IsProtected = variable.IsProtected,
            IsRaw = variable.IsRaw,
            EnvironmentScope = variable.EnvironmentScope,
        };
    }

    // KEY=VALUE lines, as .env files have them.
    private static List<LocalVariable> Lines(string path)
    {
        var variables = new List<LocalVariable>();
        foreach (var (line, number) in File.ReadLines(path).Select((line, index) => (line.Trim(), index + 1)))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var text = line.StartsWith("export ", StringComparison.Ordinal) ? line["export ".Length..] : line;
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new CommandException($"{path}:{number}: expected KEY=VALUE", 2);
            }

            var value = text[(equals + 1)..].Trim();
            variables.Add(new LocalVariable(text[..equals].Trim(), Unquoted(value)));
        }

        return variables;
    }

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] == value[^1] && value[0] is '"' or '\'' ? value[1..^1] : value;
}
