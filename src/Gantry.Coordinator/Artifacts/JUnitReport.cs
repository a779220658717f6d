using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Artifacts;

/// <summary>
/// <c>artifacts:reports:junit</c>. Several files arrive one behind the other in one stream. The XML is a job's: no document types,
/// no entities, nothing fetched, and no more of it than fits.
/// </summary>
internal static partial class JUnitReport
{
    private const int LargestReport = 32 * 1024 * 1024;
    private const int LongestOutput = 8 * 1024;
    private const int MostCases = 50_000;

    private static readonly XmlReaderSettings Safe = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = LargestReport,
        ConformanceLevel = ConformanceLevel.Fragment,
        CheckCharacters = false,
        Async = true,
    };

    /// <summary>A report that is none becomes a suite with an error: the tests ran, and the page says why they are not shown.</summary>
    public static async Task<TestSuite> ReadAsync(string name, Stream file, string format, CancellationToken cancellation)
    {
        try
        {
            await using var plain = format == "gzip" ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
            var cases = new List<TestCase>();
            foreach (var document in Declaration().Split(await TextAsync(plain, cancellation)))
            {
                using var reader = XmlReader.Create(new StringReader(document), Safe);
                await CollectAsync(reader, cases, cancellation);
            }

            return new TestSuite { Name = name, Cases = cases };
        }
        catch (Exception error) when (error is XmlException or InvalidDataException)
        {
            return new TestSuite { Name = name, Error = $"JUnit XML parsing failed: {error.Message}" };
        }
    }

    private static async Task<string> TextAsync(Stream plain, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int count; (count = await plain.ReadAsync(buffer, cancellation)) > 0;)
        {
            kept.Write(buffer, 0, count);
            if (kept.Length > LargestReport)
            {
                throw new InvalidDataException($"the report is larger than {LargestReport / 1024 / 1024} MiB");
            }
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length).TrimStart('\uFEFF');
    }

    private static async Task CollectAsync(XmlReader reader, List<TestCase> cases, CancellationToken cancellation)
    {
        await reader.MoveToContentAsync();
        while (!reader.EOF && cases.Count < MostCases)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "testcase" })
            {
                // Moves behind the element by itself.
                cases.Add(Case((XElement)await XNode.ReadFromAsync(reader, cancellation)));
            }
            else
            {
                await reader.ReadAsync();
            }
        }
    }

    private static TestCase Case(XElement element)
    {
        XElement? Child(string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);
        var (status, about) = (Child("failure"), Child("error"), Child("skipped")) switch
        {
            ({ } failure, _, _) => ("failed", failure),
            (_, { } error, _) => ("error", error),
            (_, _, { } skipped) => ("skipped", skipped),
            _ => ("success", Child("system-out")),
        };
        return new TestCase
        {
            Status = status,
            Name = Attribute(element, "name") ?? "",
            ClassName = Attribute(element, "classname") ?? "",
            File = Attribute(element, "file"),
            Seconds = double.TryParse(Attribute(element, "time")?.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? seconds : 0,
            Output = about is null ? null : Shortened(Words(about)),
        };
    }

    private static string Words(XElement element)
    {
        var text = element.Value.Trim();
        return Attribute(element, "message") is { Length: > 0 } message && !text.Contains(message, StringComparison.Ordinal) ? $"{message}\n{text}".Trim() : text;
    }

    private static string? Shortened(string text) => text.Length switch
    {
        0 => null,
        > LongestOutput => text[..LongestOutput] + "…",
        _ => text,
    };

    private static string? Attribute(XElement element, string name) => (string?)element.Attribute(name);

    // A declaration is allowed only at the start of a document, so each one begins another file.
    [GeneratedRegex(@"<\?xml\s[^>]*\?>", RegexOptions.NonBacktracking)]
    private static partial Regex Declaration();
}
