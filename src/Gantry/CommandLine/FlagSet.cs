namespace Gantry.CommandLine;

/// <summary>
/// The flags of one command and the parser for them. One or two dashes are equal; the value follows <c>=</c> or is the
/// next word; parsing stops at the first word that is no flag, or behind <c>--</c>. Not thread-safe; parse once.
/// </summary>
internal sealed class FlagSet
{
    private readonly List<Flag> _flags = [];

    public IReadOnlyList<Flag> Flags => _flags;

    public ValueFlag<string> Text(string names, string help, string? environment = null, string initial = "") =>
        Add(new ValueFlag<string>(Split(names), environment, help, initial, text => (text, null)));

    public ValueFlag<bool> Switch(string names, string help, string? environment = null, bool initial = false) =>
        Add(new ValueFlag<bool>(Split(names), environment, help, initial, GoText.Boolean));

    /// <summary>Takes a value like any other flag, and knows whether it was given.</summary>
    public ValueFlag<bool?> OptionalBoolean(string names, string help, string? environment = null) =>
        Add(new ValueFlag<bool?>(Split(names), environment, help, null, GoText.OptionalBoolean));

    public ValueFlag<long> Integer(string names, string help, string? environment = null, long initial = 0) =>
        Add(new ValueFlag<long>(Split(names), environment, help, initial, GoText.Integer));

    public ValueFlag<TimeSpan> Duration(string names, string help, string? environment = null, TimeSpan initial = default) =>
        Add(new ValueFlag<TimeSpan>(Split(names), environment, help, initial, GoText.Duration));

    public ListFlag List(string names, string help, string? environment = null) =>
        Add(new ListFlag(Split(names), environment, help));

    public T Add<T>(T flag)
        where T : Flag
    {
        _flags.Add(flag);
        return flag;
    }

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
        Spelling.Nearest(name, _flags.Where(f => !f.Hidden).SelectMany(f => f.Names)) is { } near ? $" (did you mean --{near}?)" : "";

    private static void Accept(Flag flag, string name, string value, List<string> problems)
    {
        if (flag.Accept(value) is { } problem)
        {
            problems.Add($"invalid value for flag -{name}: {problem}");
        }
    }

    private static string[] Split(string names) => names.Split(", ");
}

/// <param name="Arguments">The words behind the flags.</param>
/// <param name="Problems">Empty when all is well.</param>
internal sealed record FlagOutcome(IReadOnlyList<string> Arguments, IReadOnlyList<string> Problems);
