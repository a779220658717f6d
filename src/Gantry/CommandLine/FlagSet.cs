namespace Gantry.CommandLine;

/// <summary>
/// The flags of one command and the parser for them. One or two dashes are equal; the value follows <c>=</c> or is the
/// next word; parsing stops at the first word that is no flag, or behind <c>--</c>. Not thread-safe; parse once.
/// </summary>
internal sealed class FlagSet
{
    private readonly List<Flag> _flags = [];

    public IReadOnlyList<Flag> Flags => _flags;

    /// <summary>Words and flags may stand in any order; otherwise the first word ends the flags.</summary>
    public bool IsMixed { get; init; }

    public FlagValue<string> Text(string names, string help, string? environment = null, string initial = "") =>
        Add(names, help, environment, initial, text => (text, null));

    public FlagValue<bool> Switch(string names, string help, string? environment = null, bool initial = false) =>
        Add(names, help, environment, initial, GoText.Boolean);

    /// <summary>Takes a value like any other flag, and knows whether it was given.</summary>
    public FlagValue<bool?> OptionalBoolean(string names, string help, string? environment = null) =>
        Add<bool?>(names, help, environment, null, GoText.OptionalBoolean);

    /// <summary>A switch whose default is not a fixed value.</summary>
    public FlagValue<bool?> OptionalSwitch(string names, string help, string? environment = null) =>
        Add<bool?>(names, help, environment, null, GoText.OptionalBoolean, isSwitch: true);

    public FlagValue<long> Integer(string names, string help, string? environment = null, long initial = 0) =>
        Add(names, help, environment, initial, GoText.Integer);

    public FlagValue<TimeSpan> Duration(string names, string help, string? environment = null, TimeSpan initial = default) =>
        Add(names, help, environment, initial, GoText.Duration);

    /// <summary>May be given several times; each time adds one element.</summary>
    public List<string> List(string names, string help, string? environment = null)
    {
        var values = new List<string>();
        Add(new Flag
        {
            Names = Split(names),
            Environment = environment,
            Help = help,
            Take = text =>
            {
                values.Add(text);
                return null;
            },
        });
        return values;
    }

    public void Add(Flag flag) => _flags.Add(flag);

    /// <summary>Reads the environment, then the words; all problems are collected.</summary>
    public FlagOutcome Parse(IReadOnlyList<string> words, IReadOnlyDictionary<string, string> environment)
    {
        var problems = new List<string>();
        foreach (var flag in _flags)
        {
            if (flag.Environment is { } name && environment.TryGetValue(name, out var value) && value.Length > 0
                && flag.Accept(value) is { } problem)
            {
                problems.Add($"environment variable {name}: {problem}");
            }
        }

        var rest = new List<string>();
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index];
            if (word == "--")
            {
                rest.AddRange(words.Skip(index + 1));
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                if (IsMixed)
                {
                    rest.Add(word);
                    continue;
                }

                rest.AddRange(words.Skip(index));
                break;
            }

            index += Take(words, index, problems);
        }

        return new FlagOutcome(rest, problems);
    }

    // Returns how many further words the flag has used.
    private int Take(IReadOnlyList<string> words, int index, List<string> problems)
    {
        var word = words[index];
        var body = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word[1..];
        var equals = body.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? body : body[..equals];
        var flag = _flags.Find(candidate => candidate.Names.Contains(name));
        if (flag is null)
        {
            problems.Add($"flag provided but not defined: -{name}{Suggestion(name)}");
            return 0;
        }

        if (equals >= 0)
        {
            Accept(flag, name, body[(equals + 1)..], problems);
            return 0;
        }

        if (flag.IsSwitch)
        {
            Accept(flag, name, "true", problems);
            return 0;
        }

        if (index + 1 >= words.Count)
        {
            problems.Add($"flag needs an argument: -{name}");
            return 0;
        }

        Accept(flag, name, words[index + 1], problems);
        return 1;
    }

    private string Suggestion(string name) =>
        Engine.Spelling.Nearest(name, _flags.SelectMany(f => f.Names)) is { } near ? $" (did you mean --{near}?)" : "";

    private static void Accept(Flag flag, string name, string value, List<string> problems)
    {
        if (flag.Accept(value) is { } problem)
        {
            problems.Add($"invalid value for flag -{name}: {problem}");
        }
    }

    private FlagValue<T> Add<T>(
        string names, string help, string? environment, T initial, Func<string, (T Value, string? Problem)> parse, bool isSwitch = false)
    {
        var value = new FlagValue<T>(initial);
        Add(new Flag
        {
            Names = Split(names),
            Environment = environment,
            Help = help,
            IsSwitch = isSwitch || typeof(T) == typeof(bool),
            DefaultText = initial switch { bool or null or TimeSpan => "", _ => initial.ToString() ?? "" },
            Take = text =>
            {
                var (parsed, problem) = parse(text);
                if (problem is null)
                {
                    (value.Value, value.IsSet) = (parsed, true);
                }

                return problem;
            },
        });
        return value;
    }

    private static string[] Split(string names) => names.Split(", ");
}

/// <param name="Arguments">The words behind the flags.</param>
/// <param name="Problems">Empty when all is well.</param>
internal sealed record FlagOutcome(IReadOnlyList<string> Arguments, IReadOnlyList<string> Problems);
