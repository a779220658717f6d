using System.Diagnostics.CodeAnalysis;

namespace Gantry.Engine.Archives;

/// <summary>
/// Expands a path or an archive name as a shell expands the inside of double quotes (official-job-protocol §7.2 item 1):
/// <c>$NAME</c>, <c>${NAME}</c>, <c>${#NAME}</c>, the POSIX forms <c>:- - :+ + :? ?</c> and <c>% %% # ##</c>, and of bash
/// <c>/ //</c>, <c>^ ^^ , ,,</c> and <c>:offset:length</c>. <c>\$</c>, <c>\\</c> and <c>\`</c> stand for the character.
/// No commands are run, no files are looked up, and the result is one text however many words it holds.
/// <para>What is refused: command substitution, arithmetic, <c>:=</c> and <c>=</c> (the environment is read only),
/// <c>${!NAME}</c>, unclosed braces. Callers then warn and keep the text as it was.</para>
/// </summary>
public static class ShellExpansion
{
    /// <summary>True with the expanded text, or false with the reason (<c>line:column: what</c>).</summary>
    public static bool TryExpand(
        string text,
        IReadOnlyDictionary<string, string> environment,
        [NotNullWhen(true)] out string? expanded,
        [NotNullWhen(false)] out string? error)
    {
        var reader = new ShellWordReader(text, environment);
        if (reader.TryReadAll(out expanded))
        {
            error = null;
            return true;
        }

        error = reader.Error ?? "";
        return false;
    }

    /// <summary>
    /// The form every helper command uses: a bad text is kept, with a warning (<c>invalid path "x": why</c>) to
    /// <paramref name="report"/>.
    /// </summary>
    /// <param name="text">Path, pattern or name as the job wrote it.</param>
    /// <param name="what"><c>path</c> or <c>artifact name</c>: how the warning calls it.</param>
    /// <param name="environment">The variables; names are case sensitive.</param>
    /// <param name="report">Takes the warning.</param>
    public static string Expand(
        string text, string what, IReadOnlyDictionary<string, string> environment, Action<ArchiveNotice> report)
    {
        if (TryExpand(text, environment, out var expanded, out var error))
        {
            return expanded;
        }

        report(ArchiveNotice.Warning($"invalid {what} {GoText.Quote(text)}: {error}"));
        return text;
    }
}
