using System.Diagnostics.CodeAnalysis;

namespace Gantry.Engine.Archives;

/// <summary>
/// A path pattern in the language of doublestar v4, which GitLab uses for artifact and cache paths: <c>*</c>, <c>?</c>,
/// <c>[a-z]</c>, <c>[^a]</c> and <c>[!a]</c> within one path segment, <c>**</c> as a whole segment across folders,
/// <c>{a,b}</c> alternatives, <c>\</c> takes the next character literally. Dot files are ordinary files.
/// <para>Paths are relative, with forward slashes. Matching takes time proportional to pattern × path, whatever the pattern
/// (patterns come from jobs). Instances are immutable and may be shared between threads.</para>
/// </summary>
public sealed class Glob
{
    /// <summary>What doublestar says of a pattern it cannot read.</summary>
    public const string SyntaxError = "syntax error in pattern";

    private readonly GlobProgram[] _programs;

    private Glob(string pattern, GlobProgram[] programs)
    {
        Pattern = pattern;
        _programs = programs;
        LiteralFolder = programs.Length == 1 ? programs[0].LiteralFolder : "";
        Literal = programs.Length == 1 ? programs[0].Literal : null;
    }

    /// <summary>The text this was made from.</summary>
    public string Pattern { get; }

    /// <summary>The folder above which nothing can match: the segments before the first special character, unescaped.</summary>
    internal string LiteralFolder { get; }

    /// <summary>The only path that matches, unescaped; null when there can be others.</summary>
    internal string? Literal { get; }

    /// <summary>The pattern selects the working directory itself (<c>**</c>).</summary>
    internal bool MatchesRoot => Array.Exists(_programs, program => program.MatchesEverything);

    /// <summary>False when a class or a brace is not closed, a class is empty, or the pattern ends in a single <c>\</c>.</summary>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out Glob? glob)
    {
        glob = null;
        if (!GlobBraces.TryExpand(pattern, out var alternatives))
        {
            return false;
        }

        var programs = new GlobProgram[alternatives.Count];
        for (var i = 0; i < programs.Length; i++)
        {
            if (!GlobProgram.TryCompile(alternatives[i], out var program))
            {
                return false;
            }

            programs[i] = program;
        }

        glob = new Glob(pattern, programs);
        return true;
    }

    /// <summary>A pattern known to be right, such as one in the source. Others go through <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Glob Parse(string pattern) =>
        TryParse(pattern, out var glob) ? glob : throw new FormatException($"{pattern}: {SyntaxError}");

    /// <summary>The whole path matches. <c>a/**</c> matches <c>a</c> too, since <c>a</c> may be a folder.</summary>
    public bool Matches(ReadOnlySpan<char> path) => Matches(path, isFolder: true);

    /// <summary>As <see cref="Matches(ReadOnlySpan{char})"/>, but <c>a/**</c> matches <c>a</c> only when it is a folder.</summary>
    internal bool Matches(ReadOnlySpan<char> path, bool isFolder)
    {
        foreach (var program in _programs)
        {
            if (program.Matches(path, isFolder))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Something in the folder (or deeper) can match; false prunes the walk.</summary>
    internal bool CanMatchBelow(ReadOnlySpan<char> folder)
    {
        foreach (var program in _programs)
        {
            if (program.CanMatchBelow(folder))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => Pattern;
}
