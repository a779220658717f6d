using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Shells;

/// <summary>Collects statements in the order they run. Not thread-safe; one per script.</summary>
public sealed class ScriptBuilder
{
    private readonly List<Statement> _statements = [];

    public IReadOnlyList<Statement> Statements => _statements;

    public ScriptBuilder Add(Statement statement)
    {
        _statements.Add(statement);
        return this;
    }

    public ScriptBuilder Notice(string text) => Add(new Statement.Say(SayKind.Notice, text));

    public ScriptBuilder Warning(string text) => Add(new Statement.Say(SayKind.Warning, text));

    public ScriptBuilder Print(string text) => Add(new Statement.Say(SayKind.Plain, text));

    public ScriptBuilder Variable(JobVariable variable, bool pathOnly = false) => Add(new Statement.Export(variable, pathOnly));

    public ScriptBuilder Variable(string key, Word value) => Add(new Statement.ExportWord(key, value));

    public ScriptBuilder ChangeFolder(string path) => Add(new Statement.ChangeFolder(Word.Path(path)));

    public ScriptBuilder MakeFolder(string path) => Add(new Statement.MakeFolder(Word.Path(path)));

    public ScriptBuilder RemoveFolder(string path) => Add(new Statement.RemoveFolder(Word.Path(path)));

    public ScriptBuilder RemoveFile(string path) => Add(new Statement.RemoveFile(Word.Path(path)));

    public ScriptBuilder RemoveBelow(string root, string pattern, bool folders = false) =>
        Add(new Statement.RemoveBelow(Word.Path(root), pattern, folders));

    public ScriptBuilder Run(params IReadOnlyList<Word> words) => Add(new Statement.Run(new Command(words)));

    public ScriptBuilder Run(Command command) => Add(new Statement.Run(command));

    public ScriptBuilder UserScript(IReadOnlyList<string> lines, string section) => Add(new Statement.UserScript(lines, section));

    public ScriptBuilder If(Test test, Action<ScriptBuilder> then, Action<ScriptBuilder>? otherwise = null)
    {
        var (yes, no) = (new ScriptBuilder(), new ScriptBuilder());
        then(yes);
        otherwise?.Invoke(no);
        return Add(new Statement.If(test, yes.Statements, no.Statements));
    }
}
