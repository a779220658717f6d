namespace Gantry.CommandLine;

/// <summary>
/// One flag of a command. The rules are those of Go's flag package as the official runner uses it
/// (official-cli-config §1.2.3): the command line beats the environment, which beats the default; an environment
/// variable gives a list exactly one element; switches take a value only behind <c>=</c>.
/// </summary>
internal sealed class Flag
{
    /// <summary>All spellings without dashes; the first one is shown first.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The variable that stands in for the flag; null when there is none.</summary>
    public string? Environment { get; init; }

    public required string Help { get; init; }

    /// <summary>May stand without a value.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>The default as help shows it; empty when there is none.</summary>
    public string DefaultText { get; init; } = "";

    /// <summary>Heading in the command's help; empty: the command's own flags, which come first.</summary>
    public string Group { get; init; } = "";

    /// <summary>Takes one value. Returns what is wrong with it, or null.</summary>
    public required Func<string, string?> Take { get; init; }

    /// <summary>Given on the command line or by the environment.</summary>
    public bool IsSet { get; private set; }

    public string? Accept(string value)
    {
        var problem = Take(value);
        IsSet |= problem is null;
        return problem;
    }
}

/// <summary>The value of a flag, readable after parsing.</summary>
internal sealed class FlagValue<T>(T initial)
{
    public T Value { get; set; } = initial;

    /// <summary>Given on the command line or by the environment.</summary>
    public bool IsSet { get; set; }
}
