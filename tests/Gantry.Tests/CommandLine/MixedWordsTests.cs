using Gantry.CommandLine;

namespace Gantry.Tests.CommandLine;

public sealed class MixedWordsTests
{
    [Fact]
    public void Words_and_flags_may_stand_in_any_order_where_a_command_says_so()
    {
        var flags = new FlagSet { IsMixed = true };
        var jobs = flags.Integer("jobs", "");

        var outcome = flags.Parse(["build", "--jobs", "3", "test", "--", "--odd"], new Dictionary<string, string>());

        Assert.Equal(["build", "test", "--odd"], outcome.Arguments);
        Assert.Equal(3, jobs.Value);
    }
}
