using System.Text;
using CsCheck;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Tests.Yaml;

public sealed class NodeBuilderTests
{
    [Fact]
    public void Merge_keys_follow_Psych_keys_above_lose_keys_below_win_and_the_first_of_a_list_wins()
    {
        var map = (YamlMap)Build("""
            .a: &a {x: 1, y: 1}
            .b: &b {x: 2, z: 2}
            m:
              x: above
              <<: [*a, *b]
              z: below
            """)["m"]!;

        Assert.Equal("{\"x\":1,\"z\":\"below\",\"y\":1}", map.ToJson());
    }

    [Fact]
    public void A_repeated_key_takes_the_last_value_and_warns()
    {
        var problems = new ProblemList();
        var map = Build("a: 1\nb: 2\na: 3\n", problems);

        Assert.Equal("{\"a\":3,\"b\":2}", map.ToJson());
        Assert.Equal(("key `a` is given twice in one map; the last one counts", 3), (problems.Warnings[0].Message, problems.Warnings[0].Line));
    }

    [Theory]
    [InlineData("a: *nope", "Unknown alias: nope", 1, 4)]
    [InlineData("a: !ruby/object {}", "Tried to load unspecified class", 1, 4)]
    [InlineData("a: 2024-01-31", "Tried to load unspecified class: Date", 1, 4)]
    [InlineData("a: [1, 2\nb: 3", "Invalid YAML", 2, 2)]
    [InlineData("a: b\n c: d", "Invalid YAML", 2, 3)]
    public void What_cannot_be_loaded_is_reported_with_its_place(string text, string message, int line, int column)
    {
        var problems = new ProblemList();
        NodeBuilder.Build(text, "f.yml", at => at, problems);

        var problem = Assert.Single(problems.Errors);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void A_bomb_of_aliases_is_too_big_before_it_explodes()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var problems = new ProblemList();
        NodeBuilder.Build(text.ToString(), "f.yml", at => at, problems);
        Assert.Equal("The parsed YAML is too big", problems.Errors[0].Message);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var problems = new ProblemList();
        NodeBuilder.Build(new string('[', 5_000), "f.yml", at => at, problems);

        Assert.Single(problems.Errors);
    }

    [Fact]
    public void Any_text_is_read_or_refused_but_never_breaks() =>
        Gen.Char[" \n\t-:[]{}&*!|>'\"#%@,?ab1.<~\\"].Array[0, 60].Sample(chars =>
        {
            var problems = new ProblemList();
            _ = NodeBuilder.Build(new string(chars), "f.yml", at => at, problems);
        }, iter: 5_000);

    [Fact]
    public void Written_YAML_reads_back_as_the_same_nodes() =>
        Gen.Int.Sample(seed =>
        {
            var node = RandomNode(new Random(seed), 0);
            var text = YamlText.Of(new YamlMap([new(YamlScalar.OfText("root", default), node)], default));
            var problems = new ProblemList();
            var back = NodeBuilder.Build(text, "f.yml", at => at, problems);

            Assert.Empty(problems.Errors);
            Assert.Equal($"{{\"root\":{node.ToJson()}}}", back!.ToJson());
        }, iter: 5_000);

    private static readonly string[] Texts =
    [
        "plain", "", " lead", "trail ", "a: b", "- x", "yes", "1.10", "null", "line\nline", "line\nline\n", "\nstart", "tail\n\n", "#no", "a #b", "it's", "\"q\"",
        "[x]", "{y}", "*a", "&a", "!t", "%x", "@x", "`x`", "tab\there", "ü", "2024-01-01", "010", "~", ":x", "x:", "? x", "| x", "> x", "echo \"a: b\" && c", "---", "a\r\nb", "  deep\n x",
    ];

    private static YamlNode RandomNode(Random random, int depth) => random.Next(depth > 3 ? 2 : 5) switch
    {
        0 => YamlScalar.OfText(Texts[random.Next(Texts.Length)], default),
        1 => random.Next(4) switch
        {
            0 => new YamlScalar("", ScalarKind.Null, default),
            1 => new YamlScalar("true", ScalarKind.Boolean, default),
            2 => new YamlScalar("12", ScalarKind.Integer, default),
            _ => new YamlScalar("1.5", ScalarKind.Float, default),
        },
        2 => new YamlList([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomNode(random, depth + 1))], default),
        _ => new YamlMap(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create(YamlScalar.OfText(Texts[random.Next(Texts.Length)] + i, default), RandomNode(random, depth + 1))), default),
    };

    private static YamlMap Build(string text, ProblemList? problems = null)
    {
        problems ??= new ProblemList();
        var node = NodeBuilder.Build(text, "f.yml", at => at, problems);
        Assert.Empty(problems.Errors);
        return (YamlMap)node!;
    }

}
