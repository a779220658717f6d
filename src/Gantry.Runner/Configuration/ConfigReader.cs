using Gantry.Runner.Configuration.Shapes;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Gantry.Runner.Configuration;

/// <summary>A configuration file after its keys and types were checked.</summary>
/// <param name="Path">Of the file.</param>
/// <param name="Table">The document.</param>
/// <param name="UnknownKeys">They have no effect: a warning when the file is loaded, an error of <c>lint</c>.</param>
/// <param name="WrittenAt">Modification time (UTC) of what was read; null when there is no file.</param>
public sealed record ConfigDocument(string Path, ConfigTable Table, IReadOnlyList<UnknownKey> UnknownKeys, DateTime? WrittenAt);

/// <summary>Reads <c>config.toml</c> by the official decoder's rules (official-cli-config §2.1).</summary>
public static class ConfigReader
{
    /// <summary>A missing file is an empty configuration.</summary>
    /// <exception cref="ConfigurationException">Wrong syntax or types; all of them.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ConfigDocument Read(string path)
    {
        if (!File.Exists(path))
        {
            return Parse("", path);
        }

        // The time first: a file written in between is then seen as changed.
        var written = File.GetLastWriteTimeUtc(path);
        return Parse(File.ReadAllText(path), path) with { WrittenAt = written };
    }

    /// <exception cref="ConfigurationException">Wrong syntax or types; all of them.</exception>
    public static ConfigDocument Parse(string text, string path) => Parse(text, path, GlobalShape.Global);

    internal static ConfigDocument Parse(string text, string path, ConfigShape shape)
    {
        var syntax = SyntaxParser.Parse(text, path, validate: true);
        if (syntax.HasErrors)
        {
            throw new ConfigurationException(
            [
                .. syntax.Diagnostics
                    .Where(d => d.Kind == DiagnosticMessageKind.Error)
                    .Select(d => new ConfigProblem(path, d.Span.Start.Line + 1, "", d.Message)),
            ]);
        }

        var decoder = new ConfigDecoder(path);
        var table = decoder.Decode(RawToml.Build(syntax), shape);
        return decoder.Problems.Count > 0
            ? throw new ConfigurationException(decoder.Problems)
            : new ConfigDocument(path, table, decoder.UnknownKeys, null);
    }
}
