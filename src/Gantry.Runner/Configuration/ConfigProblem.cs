namespace Gantry.Runner.Configuration;

/// <summary>One thing wrong with a configuration file.</summary>
/// <param name="File">Its path.</param>
/// <param name="Line">From 1; 0 when it concerns no line.</param>
/// <param name="Key">Dotted, such as <c>runners.docker.image</c>; empty when it concerns none.</param>
/// <param name="Message">What is wrong and what is expected. Holds no values of secrets.</param>
public sealed record ConfigProblem(string File, int Line, string Key, string Message)
{
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}" : File;
        return Key.Length > 0 ? $"{place}: {Key}: {Message}" : $"{place}: {Message}";
    }
}

/// <summary>A configuration file cannot be used. Carries everything that is wrong with it.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<ConfigProblem> Problems { get; } = problems;
}
