using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Gantry.Runner.Configuration;

/// <summary>
/// The project's CI/CD variables for local runs, as TOML: <c>NAME = "value"</c>, or a table <c>[NAME]</c> with <c>value</c> (or
/// <c>env</c>, the variable of the environment that has it), <c>masked</c>, <c>protected</c>, <c>file</c>, <c>raw</c> and
/// <c>environment_scope</c>; several scopes are several <c>[[NAME]]</c>.
/// </summary>
public static class VariablesFile
{
    private const string Expected = "expected NAME = \"value\", or a table [NAME] with value or env, and masked, protected, file, raw, environment_scope";

    /// <exception cref="ConfigurationException">Everything that is wrong with the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static IReadOnlyList<FileVariable> Read(string path) => Parse(File.ReadAllText(path), path);

    /// <exception cref="ConfigurationException">Everything that is wrong with the text.</exception>
    public static IReadOnlyList<FileVariable> Parse(string text, string path)
    {
        var syntax = SyntaxParser.Parse(text, path, validate: true);
        var problems = syntax.Diagnostics.Where(d => d.Kind == DiagnosticMessageKind.Error)
            .Select(d => new ConfigProblem(path, d.Span.Start.Line + 1, "", d.Message)).ToList();
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }

        var variables = new List<FileVariable>();
        foreach (var (name, node) in RawToml.Build(syntax).Items)
        {
            foreach (var each in node.Value is List<RawNode> list ? list : [node])
            {
                if (Variable(name, each, problem => problems.Add(new ConfigProblem(path, each.Line, name, problem))) is { } variable)
                {
                    variables.Add(variable);
                }
            }
        }

        return problems.Count == 0 ? variables : throw new ConfigurationException(problems);
    }

    private static FileVariable? Variable(string name, RawNode node, Action<string> report)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => c == '_' || char.IsAsciiLetterOrDigit(c)))
        {
            report("a variable's name has letters, digits and '_' only, and does not begin with a digit");
            return null;
        }

        if (Scalar(node.Value) is { } plain)
        {
            return new FileVariable(name) { Value = plain };
        }

        if (node.Value is not RawTable table)
        {
            report(Expected);
            return null;
        }

        var variable = new FileVariable(name);
        foreach (var (key, item) in table.Items)
        {
            variable = (key, item.Value) switch
            {
                ("value", var value) when Scalar(value) is { } text => variable with { Value = text },
                ("env", string text) => variable with { FromEnvironment = text },
                ("masked", bool flag) => variable with { IsMasked = flag },
                ("protected", bool flag) => variable with { IsProtected = flag },
                ("file", bool flag) => variable with { IsFile = flag },
                ("raw", bool flag) => variable with { IsRaw = flag },
                ("environment_scope", string text) => variable with { EnvironmentScope = text },
                _ => Unknown(variable, key, report),
            };
        }

        return variable;
    }

    private static FileVariable Unknown(FileVariable variable, string key, Action<string> report)
    {
        report($"{key}: {Expected}");
        return variable;
    }

    private static string? Scalar(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        double number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };
}

/// <summary>One entry. The value may be a secret.</summary>
/// <param name="Key">The variable's name.</param>
public sealed record FileVariable(string Key)
{
    /// <summary>Null when the environment has it: under <see cref="FromEnvironment"/>, or under the variable's own name.</summary>
    public string? Value { get; init; }

    public string? FromEnvironment { get; init; }
    public bool IsMasked { get; init; }
    public bool IsProtected { get; init; }
    public bool IsFile { get; init; }
    public bool IsRaw { get; init; }
    public string EnvironmentScope { get; init; } = "*";

    public override string ToString() => Key;
}
