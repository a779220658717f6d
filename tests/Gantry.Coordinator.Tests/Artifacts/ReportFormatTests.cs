using System.IO.Compression;
using System.Text;
using Gantry.Coordinator.Artifacts;

namespace Gantry.Coordinator.Tests.Artifacts;

public sealed class ReportFormatTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_dotenv_key_given_twice_the_last_value_counts()
    {
        var variables = await DotenvReport.ReadAsync(Packed("A=1\nB = x=y \nA=2\n"), "gzip", Cancellation);
        Assert.Equal([new("B", "x=y"), new("A", "2")], variables);
    }

    [Theory]
    [InlineData("no equals sign", "Invalid Format")]
    [InlineData("A=1\n\nB=2", "Invalid Format")]
    [InlineData("A-B=1", "Validation failed: Key can contain only letters, digits and '_'.")]
    public async Task A_dotenv_line_that_is_no_assignment_is_refused(string text, string message)
    {
        var error = await Assert.ThrowsAsync<ReportException>(() => DotenvReport.ReadAsync(Packed(text), "gzip", Cancellation));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task A_dotenv_report_has_at_most_twenty_variables_and_five_kilobytes()
    {
        var many = string.Join('\n', Enumerable.Range(0, 21).Select(number => $"K{number}=v"));
        Assert.Equal("Dotenv files cannot have more than 20 variables", (await Assert.ThrowsAsync<ReportException>(() => DotenvReport.ReadAsync(Packed(many), "gzip", Cancellation))).Message);
        // A bomb: 64 MiB of zeros are a few kilobytes when packed, and only the first five are looked at.
        var large = await Assert.ThrowsAsync<ReportException>(() => DotenvReport.ReadAsync(Packed(new string('0', 64 * 1024 * 1024)), "gzip", Cancellation));
        Assert.StartsWith("Dotenv Artifact Too Big", large.Message, StringComparison.Ordinal);
        Assert.Empty(await DotenvReport.ReadAsync(Packed(""), "gzip", Cancellation));
    }

    [Fact]
    public async Task Tests_of_several_files_in_one_report_are_all_there()
    {
        const string first = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites><testsuite name="a"><testcase classname="A" name="good" time="0.5"/>
            <testcase classname="A" name="bad" time="1,000.25"><failure message="expected 1">at line 3</failure></testcase></testsuite></testsuites>
            """;
        const string second = """
            <?xml version='1.0'?>
            <testsuite><testcase name="later"><skipped/></testcase><testcase name="broken"><error>boom</error></testcase></testsuite>
            """;
        // As the runner sends them: each file a gzip member of its own.
        using var both = new MemoryStream([.. Packed(first).ToArray(), .. Packed(second).ToArray()]);
        var suite = await JUnitReport.ReadAsync("unit", both, "gzip", Cancellation);

        Assert.Null(suite.Error);
        Assert.Equal(["good success", "bad failed", "later skipped", "broken error"], suite.Cases.Select(test => $"{test.Name} {test.Status}"));
        Assert.Equal("expected 1\nat line 3", suite.Cases[1].Output);
        Assert.Equal(1000.75, suite.Time);
    }

    [Theory]
    [InlineData("<testsuite><testcase name='x'></testsuite>")]
    [InlineData("<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite><testcase name='&x;'/></testsuite>")]
    public async Task A_report_that_is_no_plain_XML_is_a_suite_with_an_error(string text)
    {
        var suite = await JUnitReport.ReadAsync("unit", Packed(text), "gzip", Cancellation);
        Assert.StartsWith("JUnit XML parsing failed:", suite.Error, StringComparison.Ordinal);
        Assert.Empty(suite.Cases);
    }

    [Fact]
    public async Task Folders_of_an_archive_are_found_though_it_names_only_files()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in new[] { "b.txt", "a/one.txt", "a/deep/two.txt", "../outside.txt" })
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write("1234");
            }
        }

        file.Position = 0;
        var all = await ZipListing.ReadAsync(file, Cancellation);
        Assert.Equal(["..", "a", "b.txt"], ZipListing.Below(all, "")!.Select(item => item.Path));
        Assert.Equal(8, ZipListing.Below(all, "")!.Single(item => item.Path == "a").Size);
        Assert.Equal(["a/deep", "a/one.txt"], ZipListing.Below(all, "a/")!.Select(item => item.Path));
        Assert.Null(ZipListing.Below(all, "nowhere"));
    }

    private static MemoryStream Packed(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        packed.Position = 0;
        return packed;
    }
}
