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
