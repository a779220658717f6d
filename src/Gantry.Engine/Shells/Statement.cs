using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Shells;

/// <summary>
/// What stage scripts are made of: a closed family that every shell renders. Scripts are data first, so that the order of
/// commands is tested without a shell, and no stage knows which shell it is for.
/// </summary>
public abstract record Statement
{
    private Statement() { }

    /// <summary>A coloured line in the job log.</summary>
    public sealed record Say(SayKind Kind, string Text) : Statement;

    /// <summary><c>Running on HOST…</c>; <paramref name="RunnerHost"/> is named where the job is on another machine.</summary>
    public sealed record SayHost(string? RunnerHost) : Statement;

    /// <summary>Exports a variable. A file variable's content is written first unless <paramref name="PathOnly"/>.</summary>
    public sealed record Export(JobVariable Variable, bool PathOnly) : Statement;

    /// <summary>Exports a computed value under a plain name.</summary>
    public sealed record ExportWord(string Key, Word Value) : Statement;

    /// <summary>Names <c>GITLAB_ENV</c> and reads what earlier stages wrote there (official-job-protocol §5.6).</summary>
    public sealed record LoadGitLabEnv : Statement;

    public sealed record ChangeFolder(Word Path) : Statement;

    public sealed record MakeFolder(Word Path) : Statement;

    /// <summary>Removes a folder with all that is in it, also what is write-protected. Absent is fine.</summary>
    public sealed record RemoveFolder(Word Path) : Statement;

    public sealed record RemoveFile(Word Path) : Statement;

    /// <summary>Removes every file (or folder) called <paramref name="Pattern"/> below <paramref name="Root"/>, when that exists.</summary>
    public sealed record RemoveBelow(Word Root, string Pattern, bool Folders) : Statement;

    /// <summary>Writes text to a file, replacing it. The text is exact.</summary>
    public sealed record WriteFile(Word Path, string Content) : Statement;

    /// <summary>A command whose failure fails the script.</summary>
    public sealed record Run(Command Command) : Statement;

    public sealed record If(Test Test, IReadOnlyList<Statement> Then, IReadOnlyList<Statement> Otherwise) : Statement;

    /// <summary>The user's lines, each shown before it runs (§8.1).</summary>
    /// <param name="Lines">Script entries as in the payload.</param>
    /// <param name="Section">Prefix of section names with <c>FF_SCRIPT_SECTIONS</c>.</param>
    public sealed record UserScript(IReadOnlyList<string> Lines, string Section) : Statement;

    /// <summary>Makes a credential store of the user forget the job token for this origin (§6.1).</summary>
    public sealed record RejectCredentials(string Origin) : Statement;

    /// <summary>Gives the builds folder to the user that <c>.gitlab-build-uid-gid</c> belongs to, where that file exists (§6.2 step 10).</summary>
    public sealed record TakeOwner(Word Folder) : Statement;
}

/// <summary>Colours of <see cref="Statement.Say"/>.</summary>
public enum SayKind
{
    Plain,

    /// <summary>Bold green.</summary>
    Notice,

    /// <summary>Yellow.</summary>
    Warning,

    /// <summary>Bold red.</summary>
    Error,
}

/// <summary>A program and its arguments.</summary>
/// <param name="Words">The first is the program.</param>
public sealed record Command(IReadOnlyList<Word> Words)
{
    /// <summary>
    /// Values only this command sees in its environment. Secrets go this way: arguments can be read by every process of
    /// the machine.
    /// </summary>
    public IReadOnlyList<(string Key, Word Value)> Environment { get; init; } = [];
}

/// <summary>A question a script asks.</summary>
public abstract record Test
{
    private Test() { }

    public sealed record FolderExists(Word Path) : Test;

    public sealed record FileExists(Word Path) : Test;

    public sealed record FileReadable(Word Path) : Test;

    /// <param name="Command">Its exit code is the answer.</param>
    /// <param name="ShowOutput">False: its output is dropped.</param>
    public sealed record Succeeds(Command Command, bool ShowOutput) : Test;

    /// <summary>The installed git is at least this version.</summary>
    public sealed record GitIsAtLeast(int Major, int Minor) : Test;
}
