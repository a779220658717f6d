namespace Gantry.Engine.Archives;

/// <summary>
/// Something the user should read, in the official wording and without colour or prefix. Whoever started the work prints it.
/// </summary>
/// <param name="Level">Warnings are printed yellow with <c>WARNING: </c> in front, by the caller.</param>
/// <param name="Text">One line, no secret.</param>
public sealed record ArchiveNotice(NoticeLevel Level, string Text)
{
    public static ArchiveNotice Note(string text) => new(NoticeLevel.Note, text);

    public static ArchiveNotice Warning(string text) => new(NoticeLevel.Warning, text);
}
