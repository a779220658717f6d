namespace Gantry.CommandLine;

/// <summary>
/// One flag of a command. The rules are those of Go's flag package as the official runner uses it
/// (official-cli-config §1.2.3): the command line beats the environment, which beats the default; an environment
/// variable gives a list exactly one element; switches take a value only behind <c>=</c>.
/// </summary>
internal abstract class Flag(IReadOnlyList<string> names, string? environment, string help)
{
    /// <summary>All spellings without dashes; the first one is shown first.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The variable that stands in for the flag; null when there is none.</summary>
    public string? Environment { get; } = environment;

    public string Help { get; } = help;

    /// <summary>Left out of the help text.</summary>
    public bool Hidden { get; init; }

    /// <summary>Given on the command line or by the environment.</summary>
    public bool IsSet { get; protected set; }

    /// <summary>May stand without a value.</summary>
    public abstract bool IsSwitch { get; }

    /// <summary>The default as help shows it; empty when there is none.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Takes one value. Returns what is wrong with it, or null.</summary>
    public abstract string? Accept(string value);
}

/// <summary>A flag with one value of type <typeparamref name="T"/>.</summary>
internal sealed class ValueFlag<T>(
    IReadOnlyList<string> names, string? environment, string help, T initial, Func<string, (T Value, string? Problem)> parse)
    : Flag(names, environment, help)
{
    public T Value { get; private set; } = initial;

    public override bool IsSwitch => typeof(T) == typeof(bool);

    public override string DefaultText { get; } = initial switch { bool or null => "", _ => initial.ToString() ?? "" };

    public override string? Accept(string value)
    {
        var (parsed, problem) = parse(value);
        if (problem is null)
        {
            (Value, IsSet) = (parsed, true);
        }

        return problem;
    }
}

/// <summary>A flag that may be given several times; each time adds one element.</summary>
internal sealed class ListFlag(IReadOnlyList<string> names, string? environment, string help) : Flag(names, environment, help)
{
    private readonly List<string> _values = [];

    public IReadOnlyList<string> Values => _values;

    public override bool IsSwitch => false;

    public override string DefaultText => "";

    public override string? Accept(string value)
    {
        _values.Add(value);
        IsSet = true;
        return null;
    }
}
