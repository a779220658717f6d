using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.TestKit.Tables;

namespace Gantry.Tests.CommandLine;

public sealed class ConfigFileChoiceTests
{
    [Fact]
    [Tables("config-rules", "config-file-choice")]
    public void The_configuration_is_the_one_named_or_the_usual_one()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var environment = one.Input.GetProperty("CONFIG_FILE").GetString() is { } file
                ? new Dictionary<string, string> { ["CONFIG_FILE"] = file }
                : [];
            var flags = new FlagSet();
            var config = RunnerTools.ConfigFlag(flags);
            flags.Parse([], environment);
            Assert.Equal(one.Expected.GetProperty("path").GetString(), config.Value.Length > 0 ? config.Value : "(default)");
        }

        Assert.Equal(2, cases.Count);
    }
}
