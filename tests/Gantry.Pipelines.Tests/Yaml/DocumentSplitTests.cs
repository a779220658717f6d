using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Tests.Yaml;

public sealed class DocumentSplitTests
{
    [Theory]
    [InlineData("a: 1\n", null, "a: 1\n", 0)]
    [InlineData("---\na: 1\n", null, "\na: 1\n", 0)]
    [InlineData("# c\n---\na: 1\n", null, "\na: 1\n", 1)]
    [InlineData("spec:\n  inputs:\n---\na: 1\n", "spec:\n  inputs:\n", "\na: 1\n", 2)]
    [InlineData("---\nspec:\n--- \na: 1\n", "\nspec:\n", " \na: 1\n", 2)]
    [InlineData("a: 1\n---\nb: 2\n", null, "a: 1\n", 0)]
    [InlineData("a: |\n  ---x\n----\n", null, "a: |\n  ---x\n----\n", 0)]
    public void A_first_document_with_spec_is_the_header(string text, string? header, string body, int bodyLine)
    {
        var split = DocumentSplit.Of(text);

        Assert.Equal((header, body, bodyLine), (split.Header, split.Body, split.BodyLine));
    }
}
