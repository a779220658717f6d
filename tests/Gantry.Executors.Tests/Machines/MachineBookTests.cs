using Gantry.Executors.Machines;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Executors.Tests.Machines;

/// <summary>
/// The machines' states by tables: on each line an event, and behind <c>=></c> what comes of it. Machines that are made are called
/// <c>new1</c>, <c>new2</c>, … in their order.
/// </summary>
public sealed class MachineBookTests
{
    /// <summary>Name, settings (idle, time in seconds, limit, growth, builds), events.</summary>
    public static TheoryData<string, string, string> Tables => new()
    {
        {
            "idle machines are made ahead, and a job's machine is made up for", "idle=2",
            """
            look => create new1, create new2
            look =>
            choose => nothing
            created new1
            created new2
            look => 
            choose => new2 to be asked
            answered new2 yes =>
            began new2
            states => idle 1, used 1
            look => create new3
            released new2 =>
            choose => new2
            returned new2
            states => creating 1, idle 2
            """
        },
        {
            "machines on disk are taken in as used once", "builds=1 idle=1",
            """
            disk old1 old2
            look => remove old1: too many builds, remove old2: too many builds, create new1
            states => creating 1, removing 2
            """
        },
        {
            "folders of other entries are nobody's", "idle=1",
            """
            foreign runner-other-auto-1
            look => create new1
            states => creating 1
            """
        },
        {
            "idle machines go when they are too many for too long, the first of them stay", "idle=1 time=600",
            """
            disk old1 old2 old3
            look =>
            wait 601
            look => remove old2: too many idle machines, remove old3: too many idle machines
            choose => old1 to be asked
            """
        },
        {
            "more machines than the limit go at once", "idle=3 limit=2",
            """
            disk old1 old2 old3
            look => remove old3: too many machines
            removed old3
            look =>
            """
        },
        {
            "no more are made at once than may grow, and never beyond the limit", "idle=5 growth=2 limit=3",
            """
            look => create new1, create new2
            look =>
            created new1
            look => create new3
            created new2
            look =>
            states => creating 1, idle 2
            """
        },
        {
            "without idle machines a job may have one made, until the limit is reached", "limit=1",
            """
            demand => yes
            order => create new1
            demand => no
            created new1
            states => acquired 1
            began new1
            demand => no
            released new1 =>
            demand => no
            choose => new1 to be asked
            """
        },
        {
            "who orders a machine has it, who leaves gives it to others", "",
            """
            order => create new1
            order => create new2
            abandoned new1
            created new1
            created new2
            states => acquired 1, idle 1
            choose => new1 to be asked
            choose => nothing
            abandoned new2
            choose => new2 to be asked
            """
        },
        {
            "a machine that was reached is believed for five minutes, one that broke a job is asked", "idle=1 time=3600",
            """
            disk old1
            look =>
            choose => old1 to be asked
            answered old1 yes =>
            returned old1
            wait 299
            choose => old1
            began old1 => found
            released old1 =>
            wait 2
            choose => old1 to be asked
            answered old1 yes =>
            began old1
            broke old1 =>
            choose => old1 to be asked
            answered old1 no => remove old1: machine is unavailable
            choose => nothing
            returned old1
            states => removing 1
            """
        },
        {
            "after its last job a machine goes", "builds=2 time=3600",
            """
            order => create new1
            created new1
            began new1
            released new1 =>
            choose => new1 to be asked
            began new1
            released new1 => remove new1: Too many builds
            """
        },
        {
            "what an earlier process left is swept before the first job", "idle=1 time=3600",
            """
            disk old1
            look =>
            choose => old1 to be asked
            began old1 => found
            released old1 =>
            choose => old1 to be asked
            began old1
            """
        },
        {
            "a failed creation is removed, and the next one waits longer each time", "idle=1",
            """
            look => create new1
            failed new1 => remove new1: Failed to create
            removed new1
            look =>
            demand => no
            wait 5
            look => create new2
            failed new2 => remove new2: Failed to create
            removed new2
            wait 9
            look =>
            wait 1
            look => create new3
            created new3
            began new3
            look => create new4
            """
        },
        {
            "a removal is tried again, alone from the third failure, and given up at last", "idle=0 builds=1 attempts=4",
            """
            disk old1
            look => remove old1: too many builds
            removal-failed old1 => Again
            removal-failed old1 => Again
            states => removing 1
            removal-failed old1 => AgainAlone
            states => stuck-on-removing 1
            removal-failed old1 => GiveUp
            removed old1
            states =>
            """
        },
        {
            "a machine without a folder counts no longer and is forgotten", "idle=1",
            """
            look => create new1
            created new1
            look =>
            wait 1
            gone new1
            look => create new2
            states => creating 1, idle 1
            wait 1201
            look =>
            states => creating 1
            """
        },
        {
            "with a factor as many wait as are in use", "idle=10 min=1 factor=1",
            """
            look => create new1
            created new1
            choose => new1 to be asked
            began new1
            look => create new2
            created new2
            look =>
            choose => new2 to be asked
            began new2
            look => create new3, create new4
            """
        },
        {
            "at the end of the process what nobody uses is given up", "idle=1",
            """
            disk old1
            look =>
            order => create new1
            created new1
            began new1
            give-up => old1
            states => removing 1, used 1
            """
        },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Machines_follow_their_tables(string name, string settings, string events)
    {
        var play = new Play(settings);
        var number = 0;
        foreach (var line in events.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            var parts = line.Split("=>", 2, StringSplitOptions.TrimEntries);
            var came = play.Do(parts[0].Split(' '));
            Assert.True((parts.Length > 1 ? parts[1] : "") == came, $"{name}, line {number}: {line}\ncame: {came}");
        }
    }

    [Fact]
    public void Names_begin_with_the_runner_and_are_known_again()
    {
        var names = MachineNames.Of(new MachineSettings { ShortToken = "T1_abcDEF", NameTemplate = "gcp-%s-ci" });

        var name = names.New(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), 0xAB);

        Assert.Equal("runner-t1abcdef-gcp-1700000000-000000ab-ci", name);
        Assert.True(names.Own(name));
        Assert.False(names.Own("runner-t1abcdef-gcp--ci"));
        Assert.False(names.Own("runner-t1abcdef-aws-1700000000-000000ab-ci"));
    }

    /// <summary>A book, a clock and a folder, moved by the words of a table.</summary>
    private sealed class Play
    {
        private const string Prefix = "runner-abc-auto-";

        private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        private readonly MachineNames _names = new(Prefix, "");
        private readonly Dictionary<string, string> _aliases = [];
        private readonly HashSet<string> _disk = [];
        private readonly MachineBook _book;
        private readonly IdleRules _rules;
        private readonly int _attempts;
        private uint _chance;

        public Play(string settings)
        {
            _book = new MachineBook(() => ++_chance);
            var values = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).ToDictionary(s => s[0], s => int.Parse(s[1]));
            int Of(string key) => values.GetValueOrDefault(key);
            _attempts = Of("attempts");
            _rules = new IdleRules
            {
                Limit = Of("limit"),
                MaxGrowthRate = Of("growth"),
                MaxBuilds = Of("builds"),
                Idle = new IdleTarget { Count = Of("idle"), CountMin = Of("min"), ScaleFactor = Of("factor"), Time = TimeSpan.FromSeconds(Of("time")) },
            };
        }

        private DateTimeOffset Now => _time.GetUtcNow();

        public string Do(string[] words)
        {
            var name = words.Length > 1 ? Real(words[1]) : "";
            switch (words[0])
            {
                case "wait": _time.Advance(TimeSpan.FromSeconds(int.Parse(words[1]))); return "";
                case "disk": _disk.UnionWith(words[1..].Select(Real)); return "";
                case "foreign": _disk.UnionWith(words[1..]); return "";
                case "gone": _disk.Remove(name); return "";
                case "look": return string.Join(", ", Look().Steps.Select(Text));
                case "demand": return Look().MayCreateOnDemand ? "yes" : "no";
                case "order": return Text(_book.Order(_names, Now));
                case "choose": return _book.Choose(_names, Now) is { } choice ? Alias(choice.Name) + (choice.IsReached ? "" : " to be asked") : "nothing";
                case "created": _disk.Add(name); _book.Created(name, MachineLabels.None, Now); return "";
                case "failed": return Text(_book.CreationFailed(name, Now));
                case "abandoned": _book.Abandoned(name, Now); return "";
                case "answered": return Text(_book.Answered(name, words[2] == "yes", Now));
                case "began": return _book.UseBegan(name, Now) ? "found" : "";
                case "returned": _book.Returned(name, Now); return "";
                case "released": return Text(_book.Released(name, _rules.MaxBuilds, isDoubted: false, Now));
                case "broke": return Text(_book.Released(name, _rules.MaxBuilds, isDoubted: true, Now));
                case "removal-failed": return _book.RemovalFailed(name, _attempts).ToString();
                case "removed": _disk.Remove(name); _book.Removed(name); return "";
                case "give-up": return string.Join(", ", _book.GiveUpIdle(Now).Select(Alias));
                case "states": return string.Join(", ", _book.Groups(Now).OrderBy(g => g.State, StringComparer.Ordinal).Select(g => $"{g.State} {g.Count}"));
                default: throw new ArgumentException($"no such event: {words[0]}");
            }
        }

        private (IReadOnlyList<MachineStep> Steps, bool MayCreateOnDemand) Look() => _book.Look(
            _names, new MachineListing(Now, _disk.ToDictionary(n => n, _ => (Func<MachineLabels>)(() => MachineLabels.None))), _rules, Now);

        private string Text(MachineStep? step) => step switch
        {
            MachineStep.Create create => "create " + Alias(create.Name),
            MachineStep.Remove remove => $"remove {Alias(remove.Name)}: {remove.Reason}",
            _ => "",
        };

        private string Real(string alias) => _aliases.GetValueOrDefault(alias, Prefix + alias);

        private string Alias(string name)
        {
            if (_aliases.FirstOrDefault(pair => pair.Value == name).Key is { } known)
            {
                return known;
            }

            if (name.StartsWith(Prefix + "old", StringComparison.Ordinal))
            {
                return name[Prefix.Length..];
            }

            var alias = $"new{_aliases.Count + 1}";
            _aliases[alias] = name;
            return alias;
        }
    }
}
