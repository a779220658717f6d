using Gantry.CommandLine;
using Gantry.Runner.Configuration;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary>The flags of <c>register</c> and <c>run-single</c> for the keys of a runner entry.</summary>
internal static class RunnerEntryFlags
{
    /// <summary>Adds them; the entry is filled while the words are parsed.</summary>
    public static ConfigTable AddTo(FlagSet flags)
    {
        var entry = RunnerFlags.NewEntry();
        foreach (var flag in RunnerFlags.All)
        {
            var table = string.Join('.', (string[])["runners", .. flag.Path]);
            flags.Add(new Flag
            {
                Names = [.. flag.Key.Flags.Select(name => name.TrimStart('-'))],
                Environment = flag.Key.Environment,
                Help = $"{flag.Key.Name}{Takes(flag)}",
                Group = $"[{table}]",
                IsSwitch = flag.IsSwitch,
                Take = text => flag.Apply(entry, text),
            });
        }

        return entry;
    }

    /// <summary>Sets a key of an entry as its flag would.</summary>
    public static void Set(ConfigTable entry, string flag, string value)
    {
        if (RunnerFlags.All.First(candidate => candidate.Key.Flags.Contains(flag)).Apply(entry, value) is { } problem)
        {
            throw new CommandException($"{flag}: {problem}");
        }
    }

    private static string Takes(RunnerFlag flag) => flag.Key.Kind switch
    {
        ConfigKind.Boolean => "",
        ConfigKind.OptionalBoolean => ": true or false",
        ConfigKind.Number or ConfigKind.OptionalNumber => ": a number",
        ConfigKind.Fraction => ": a number with decimals",
        ConfigKind.Duration or ConfigKind.OptionalDuration => ": a duration such as 1h30m",
        ConfigKind.TextList or ConfigKind.NumberList => "; may be repeated",
        ConfigKind.TextOrList => "; several with commas",
        ConfigKind.TextMap or ConfigKind.BooleanMap or ConfigKind.NumberMap or ConfigKind.TextListMap => ": KEY:VALUE; may be repeated",
        ConfigKind.Tables => ": a JSON array",
        _ => "",
    };
}
