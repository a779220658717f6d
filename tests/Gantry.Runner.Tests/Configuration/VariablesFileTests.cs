using Gantry.Runner.Configuration;

namespace Gantry.Runner.Tests.Configuration;

public sealed class VariablesFileTests
{
    [Fact]
    public void A_variable_is_a_value_or_a_table_and_may_have_several_scopes()
    {
        var variables = VariablesFile.Parse(
            """
            PLAIN = "text"
            COUNT = 3

            [SECRET]
            env = "FROM_HERE"
            masked = true
            protected = true

            [[URL]]
            value = "one"
            environment_scope = "review/*"

            [[URL]]
            value = "two"
            """,
            "variables.toml");

        Assert.Equal(
            [
                new FileVariable("PLAIN") { Value = "text" },
                new FileVariable("COUNT") { Value = "3" },
                new FileVariable("SECRET") { FromEnvironment = "FROM_HERE", IsMasked = true, IsProtected = true },
                new FileVariable("URL") { Value = "one", EnvironmentScope = "review/*" },
                new FileVariable("URL") { Value = "two" },
            ],
            variables);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_with_its_line()
    {
        var error = Assert.Throws<ConfigurationException>(() => VariablesFile.Parse("[A]\nvalues = \"x\"\n\n[B]\nmasked = \"yes\"\n", "variables.toml"));

        Assert.Equal([("A", 1), ("B", 4)], error.Problems.Select(problem => (problem.Key, problem.Line)));
        Assert.DoesNotContain("\"x\"", error.Message, StringComparison.Ordinal);
    }
}
