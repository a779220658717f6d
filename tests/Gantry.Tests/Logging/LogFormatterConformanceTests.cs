using Gantry.CommandLine;
using Gantry.Logging;
using Gantry.TestKit.Tables;

namespace Gantry.Tests.Logging;

/// <summary>log-formatter.json.</summary>
public sealed class LogFormatterConformanceTests
{
    [Fact]
    [Tables("log-formatter", "text")]
    public void Lines_hold_what_the_official_formatter_writes()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var fields = input.GetProperty("fields").EnumerateObject().Select(f => KeyValuePair.Create(f.Name, f.Value.GetString()!)).ToList();
            var name = input.GetProperty("level").GetString()!;
            var level = LogNames.Level(name)!.Value;
            var line = LogLine.Runner(level, input.GetProperty("message").GetString()!, fields, input.GetProperty("colors").GetBoolean());

            // .NET has one level above error; the official two differ in the word only.
            line = name == "panic" ? line.Replace("FATAL: ", "PANIC: ", StringComparison.Ordinal) : line;
            Assert.All(Texts(one, "contains"), part => Assert.Contains(part, line, StringComparison.Ordinal));
            Assert.All(Texts(one, "not_contains"), part => Assert.DoesNotContain(part, line, StringComparison.Ordinal));
        }

        Assert.Equal(8, cases.Count);
    }

    [Fact]
    [Tables("log-formatter", "cli")]
    public void Flags_set_level_and_format_or_are_refused()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var flags = new GlobalFlags();
            using var logs = new LineLoggerProvider(TextWriter.Null, TimeProvider.System);
            Assert.Empty(flags.Set.Parse([.. one.Input.GetProperty("args").EnumerateArray().Select(word => word.GetString()!)], new Dictionary<string, string>()).Problems);
            var problem = flags.Apply(logs);
            if (one.Expected.TryGetProperty("error_contains", out var parts))
            {
                Assert.All(parts.EnumerateArray(), part => Assert.Contains(part.GetString()!, problem, StringComparison.Ordinal));
                continue;
            }

            Assert.Null(problem);
            Assert.Equal(LogNames.Level(one.Expected.GetProperty("level").GetString()!), logs.Level);
            Assert.Equal(LogNames.Format(one.Expected.GetProperty("format").GetString()!), logs.Format);
            Assert.Equal(one.Expected.GetProperty("level_set_with_cli").GetBoolean() || one.Expected.GetProperty("format_set_with_cli").GetBoolean(), flags.LogSettingsGiven);
        }

        Assert.Equal(5, cases.Count);
    }

    private static IEnumerable<string> Texts(TableCase one, string name) => one.Expected.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);
}
