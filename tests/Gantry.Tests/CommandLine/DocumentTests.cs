using System.Text.RegularExpressions;
using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Engine.Plans;
using Gantry.Runner.Configuration;

namespace Gantry.Tests.CommandLine;

/// <summary>Documents that are made from the code.</summary>
public sealed class DocumentTests
{
    [Fact(Timeout = 10_000)]
    public async Task The_configuration_reference_is_that_of_the_code()
    {
        var written = new StringWriter();
        ConfigReference.Write(written);

        var committed = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "configuration.md"), TestContext.Current.CancellationToken);

        // Renew it with: out/gantry man config > docs/configuration.md
        Assert.Equal(written.ToString(), committed);
    }

    [Fact(Timeout = 10_000)]
    public void The_manual_page_names_every_command_and_hides_no_request_in_text()
    {
        var written = new StringWriter();
        ManPage.Write(written, new ProductVersion("gantry", "1.2.3", "abc", "linux", "amd64"), CommandTable.All(), new GlobalFlags().Set);

        var lines = written.ToString().ReplaceLineEndings("\n").Split('\n');

        Assert.All(CommandTable.All().Where(command => !command.Hidden), command =>
            Assert.Contains(lines, line => line.StartsWith(".SS " + command.Name.Replace("-", "\\-", StringComparison.Ordinal), StringComparison.Ordinal)));
        Assert.All(lines.Where(line => line.StartsWith('.')), line => Assert.Matches("^\\.(TH|SH|SS|TP|B|I)( |$)", line));
    }

    [Theory(Timeout = 10_000)]
    [InlineData("troubleshooting.md", "message")]
    [InlineData("troubleshooting.zh-CN.md", "信息")]
    public async Task Every_message_of_the_troubleshooting_page_is_one_of_the_code(string page, string column)
    {
        var code = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText))
            .Replace("\\\"", "\"", StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(Path.Combine(Root(), "docs", page), TestContext.Current.CancellationToken);

        var messages = MessagesOf(lines, column).ToList();

        Assert.True(messages.Count > 20, $"{page}: {messages.Count} messages found");
        // What stands for a value ends a piece; the code has the pieces.
        Assert.All(messages, message => Assert.All(message.Split('…', StringSplitOptions.TrimEntries), piece => Assert.Contains(piece, code, StringComparison.Ordinal)));
    }

    /// <summary>The spans of code in the first column of the tables whose first column has that name.</summary>
    private static IEnumerable<string> MessagesOf(string[] lines, string column)
    {
        var inside = false;
        foreach (var line in lines)
        {
            inside = line.StartsWith('|') && (inside || line.StartsWith($"| {column} |", StringComparison.Ordinal));
            foreach (var span in inside ? Regex.Matches(line.Split('|')[1], "`([^`]+)`").Select(match => match.Groups[1].Value) : [])
            {
                yield return span;
            }
        }
    }

    [Fact(Timeout = 10_000)]
    public async Task The_tutorial_has_the_same_blocks_in_both_languages()
    {
        async Task<string[]> BlocksAsync(string page) =>
            [.. Regex.Matches(
                (await File.ReadAllTextAsync(Path.Combine(Root(), "docs", page), TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"),
                "^```.*?^```$", RegexOptions.Singleline | RegexOptions.Multiline).Select(match => match.Value)];

        var english = await BlocksAsync("tutorial.md");

        Assert.True(english.Length > 20);
        Assert.Equal(english, await BlocksAsync("tutorial.zh-CN.md"));
    }

    [Fact(Timeout = 10_000)]
    public void Every_executor_has_a_page_that_the_tutorial_leads_to()
    {
        Assert.All(ExecutorTable.Names, name =>
        {
            Assert.True(File.Exists(Path.Combine(Root(), "docs", "executors", name + ".md")), $"docs/executors/{name}.md is missing");
            Assert.Contains($"(executors/{name}.md)", File.ReadAllText(Path.Combine(Root(), "docs", "tutorial.md")), StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 10_000)]
    public void Every_picture_that_is_kept_is_shown_and_every_one_that_is_shown_is_kept()
    {
        var documents = Directory.EnumerateFiles(Root(), "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories));

        var shown = documents.SelectMany(document => Regex.Matches(File.ReadAllText(document), "screens/([\\w.-]+\\.png)").Select(match => match.Groups[1].Value));

        Assert.Equal(
            Directory.EnumerateFiles(Path.Combine(Root(), "docs", "screens"), "*.png").Select(Path.GetFileName).Order(StringComparer.Ordinal),
            shown.Distinct().Order(StringComparer.Ordinal));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Gantry.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
