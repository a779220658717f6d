namespace Gantry.Pipelines.Yaml;

/// <summary>A file cut into its header, if its first document is a map with <c>spec</c>, and its body.</summary>
/// <param name="Header">Null when there is none.</param>
/// <param name="Body">Text of the body.</param>
/// <param name="BodyLine">Lines above the body.</param>
internal sealed record DocumentSplit(string? Header, string Body, int BodyLine)
{
    /// <summary>Lines above the header.</summary>
    public int HeaderLine { get; private init; }

    public static DocumentSplit Of(string text)
    {
        var documents = Documents(text);
        var first = documents.FindIndex(document => !IsBlank(document.Text));
        if (first < 0)
        {
            return new DocumentSplit(null, text, 0);
        }

        var (head, line) = documents[first];
        if (!IsHeader(head))
        {
            return new DocumentSplit(null, head, line);
        }

        return first + 1 < documents.Count
            ? new DocumentSplit(head, documents[first + 1].Text, documents[first + 1].Line) { HeaderLine = line }
            : new DocumentSplit(head, "", line) { HeaderLine = line };
    }

    private static List<(string Text, int Line)> Documents(string text)
    {
        var documents = new List<(string, int)>();
        var (start, startLine, line) = (0, 0, 0);
        for (var at = 0; at < text.Length; line++)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            if (IsDivider(text.AsSpan(at, next - at)))
            {
                documents.Add((text[start..at], startLine));
                (start, startLine) = (at + 3, line);
            }

            at = next;
        }

        documents.Add((text[start..], startLine));
        return documents;
    }

    private static bool IsDivider(ReadOnlySpan<char> line) =>
        line.StartsWith("---", StringComparison.Ordinal) && (line.Length == 3 || char.IsWhiteSpace(line[3]));

    private static bool IsBlank(string text) =>
        text.Split('\n').All(line => line.AsSpan().Trim() is var content && (content.IsEmpty || content[0] == '#'));

    // A top-level key `spec`, found without parsing: the body of a header-less file is not to be parsed twice.
    private static bool IsHeader(string text) => text.Split('\n').Any(line =>
        line.StartsWith("spec:", StringComparison.Ordinal)
        || line.StartsWith("\"spec\":", StringComparison.Ordinal)
        || line.StartsWith("{spec:", StringComparison.Ordinal)
        || line.TrimStart().StartsWith("{\"spec\":", StringComparison.Ordinal));
}
