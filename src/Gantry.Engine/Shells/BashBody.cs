using System.Globalization;
using System.Text;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Shells;

/// <summary>Renders statements as commands of bash or sh.</summary>
internal sealed class BashBody(ShellOptions options, bool plainSh)
{
    private const string Reset = "\e[0;m";
    private const string ExitCheck = "_runner_exit_code=$?; if [ $_runner_exit_code -ne 0 ]; then exit $_runner_exit_code; fi";
    private readonly StringBuilder _text = new();
    private int _depth;

    public string Text => _text.ToString();

    public void AddAll(IEnumerable<Statement> statements)
    {
        foreach (var statement in statements)
        {
            Add(statement);
        }
    }

    /// <summary>One exact word.</summary>
    public string Quote(string text) => plainSh ? BashQuoting.Exact(text)
        : options.PosixEscapes ? BashQuoting.Posix(text) : BashQuoting.AnsiC(text);

    private void Add(Statement statement)
    {
        switch (statement)
        {
            case Statement.Say say: Say(say); break;
            case Statement.SayHost host: Line("echo \"Running on $(hostname)" + (host.RunnerHost is { } via ? $" via {EscapeInDouble(via)}..." : "...") + "\""); break;
            case Statement.Export export: Export(export.Variable, export.PathOnly); break;
            case Statement.ExportWord export: Line($"export {Quote(export.Key)}={Render(export.Value)}"); break;
            case Statement.LoadGitLabEnv: LoadEnvironment(); break;
            case Statement.ChangeFolder change: Checked($"cd {Render(change.Path)}"); break;
            case Statement.MakeFolder make: MakeFolder(Render(make.Path)); break;
            case Statement.RemoveFolder remove: RemoveFolder(remove); break;
            case Statement.RemoveFile remove: RemoveFile(Render(remove.Path)); break;
            case Statement.RemoveBelow remove: RemoveBelow(remove); break;
            case Statement.WriteFile write: WriteFile(write.Content, Render(write.Path)); break;
            case Statement.Run run: Checked(Render(run.Command)); break;
            case Statement.If test: If(test); break;
            case Statement.UserScript script: UserScript(script); break;
            case Statement.RejectCredentials reject: Reject(reject.Origin); break;
            case Statement.TakeOwner owner: TakeOwner(owner.Folder); break;
        }
    }

    private void Say(Statement.Say say) => Echo(say.Text.Length == 0 ? "" : say.Kind switch
    {
        SayKind.Notice => $"\e[32;1m{say.Text}{Reset}",
        SayKind.Warning => $"\e[0;33m{say.Text}{Reset}",
        SayKind.Error => $"\e[31;1m{say.Text}{Reset}",
        _ => $"{Reset}{say.Text}",
    });

    // echo of a plain sh interprets backslashes.
    private void Echo(string text) =>
        Line(text.Length == 0 ? "echo" : plainSh ? $"printf '%s\\n' {Quote(text)}" : $"echo {Quote(text)}");

    private void Export(JobVariable variable, bool pathOnly)
    {
        if (!variable.File)
        {
            var value = IsRelativeTemporary(variable.Value) ? Render(Word.Path(variable.Value)) : Quote(variable.Value);
            Line($"export {Quote(variable.Key)}={value}");
            return;
        }

        var path = BashQuoting.Expanding(Absolute($"{options.TemporaryFolder}/{variable.Key}"));
        if (!pathOnly)
        {
            Line($"mkdir -p {BashQuoting.Expanding(options.TemporaryFolder)}");
            WriteFile(variable.Value, path);
        }

        Line($"export {Quote(variable.Key)}={path}");
    }

    private void WriteFile(string content, string path)
    {
        var write = $"printf '%s' {Quote(content)} > {path}";
        Line(options.PrivateFiles ? $"(umask 077; {write})" : write);
    }

    private void LoadEnvironment()
    {
        Line($"export GITLAB_ENV={BashQuoting.Expanding(Absolute($"{options.TemporaryFolder}/gitlab_runner_env"))}");
        MakeFolder(BashQuoting.Expanding(options.TemporaryFolder));
        Line("[ -e \"$GITLAB_ENV\" ] || : >> \"$GITLAB_ENV\"");
        // The last line counts also without a line end, empty lines do not.
        Line("while IFS= read -r __line || [ -n \"$__line\" ]; do if [ -n \"$__line\" ]; then export \"$__line\"; fi; done < \"$GITLAB_ENV\"");
        Line("unset __line");
    }

    // The shell looks by itself; a program is started only when there is something to do. Most of a small job's time were such programs.
    private void MakeFolder(string path) => Line($"[ -d {path} ] || mkdir -p {path}");

    private void RemoveFile(string path) => Line($"if [ -e {path} ] || [ -L {path} ]; then rm -f {path}; fi");

    private void RemoveFolder(Statement.RemoveFolder remove)
    {
        var path = Render(remove.Path);
        Line($"if [ -d {path} ]; then");
        Line($"  chmod -R u+rwX {path}");
        Line("fi");
        Line($"rm -r -f {path}");
    }

    private void RemoveBelow(Statement.RemoveBelow remove)
    {
        var root = Render(remove.Root);
        Line($"if [ -d {root} ]; then");
        Line(remove.Folders
            ? $"  find {root} -depth -type d -name {Quote(remove.Pattern)} -exec rm -r -f {{}} +"
            : $"  find {root} -name {Quote(remove.Pattern)} ! -type d -exec rm -f {{}} +");
        Line("fi");
    }

    private void If(Statement.If test)
    {
        Line($"if {Render(test.Test)}; then");
        _depth++;
        AddAll(test.Then);
        if (test.Then.Count == 0)
        {
            Line(":");
        }

        if (test.Otherwise.Count > 0)
        {
            _depth--;
            Line("else");
            _depth++;
            AddAll(test.Otherwise);
        }

        _depth--;
        Line("fi");
    }

    private string Render(Test test) => test switch
    {
        Test.FolderExists folder => $"[ -d {Render(folder.Path)} ]",
        Test.FileExists file => $"[ -e {Render(file.Path)} ]",
        Test.FileReadable file => $"[ -r {Render(file.Path)} ]",
        Test.Succeeds command => Render(command.Command) + (command.ShowOutput ? "" : " >/dev/null 2>&1"),
        Test.GitIsAtLeast git => string.Create(CultureInfo.InvariantCulture,
            $"git --version 2>/dev/null | awk '{{split($3,v,\".\"); exit !(v[1]>{git.Major} || (v[1]=={git.Major} && v[2]>={git.Minor}))}}'"),
        _ => "false",
    };

    private void UserScript(Statement.UserScript script)
    {
        for (var i = 0; i < script.Lines.Count; i++)
        {
            var command = script.Lines[i].Trim();
            var end = command.IndexOf('\n', StringComparison.Ordinal);
            if (command.Length == 0)
            {
                Line("echo");
                continue;
            }

            var section = end >= 0 && options.ScriptSections ? $"section_{script.Section}_{i}" : null;
            var shown = end < 0 ? command : section is null ? $"{command[..end].TrimEnd('\r')} # collapsed multi-line command" : command;
            if (section is not null)
            {
                Marker("section_start", $"{section}[hide_duration=true,collapsed=true]");
            }

            Echo($"\e[32;1m$ {shown}{Reset}");
            _text.Append(command).Append('\n');
            if (options.ExitCodeCheck)
            {
                _text.Append(ExitCheck).Append('\n');
            }

            if (section is not null)
            {
                Marker("section_end", section);
            }
        }
    }

    // awk is everywhere where sh is, `date +%s` is not POSIX.
    private void Marker(string kind, string name) =>
        Line($"printf '%b' \"\\033[0K{kind}:$(awk 'BEGIN{{srand(); print srand()}}'):{name}\\r\\033[0K\"");

    private void Reject(string origin)
    {
        var text = $"url={origin}\nusername=gitlab-ci-token\n";
        Line($"printf '%s' {Quote(text)} | git credential reject || true");
    }

    private void TakeOwner(Word folder)
    {
        var note = Render(folder with { Text = folder.Text.TrimEnd('/') + "/.gitlab-build-uid-gid" });
        Line($"if [ -e {note} ]; then");
        Line($"  chown -R \"$(stat -c '%u:%g' {note})\" {Render(folder)}");
        Line("fi");
    }

    private void Checked(string command)
    {
        Line(command);
        if (options.ExitCodeCheck)
        {
            Line(ExitCheck);
        }
    }

    private string Render(Command command) => string.Join(' ',
        command.Environment.Select(e => $"{e.Key}={Render(e.Value)}").Concat(command.Words.Select(Render)));

    private string Render(Word word) => word.Kind switch
    {
        WordKind.Expanding => BashQuoting.Expanding(word.Text),
        WordKind.Path => BashQuoting.Expanding(Absolute(word.Text)),
        _ => Quote(word.Text),
    };

    private bool IsRelativeTemporary(string value) =>
        !IsAbsolute(options.TemporaryFolder) && value.StartsWith(options.TemporaryFolder, StringComparison.Ordinal);

    private static string Absolute(string path) => IsAbsolute(path) ? path : $"$PWD/{path}";

    private static bool IsAbsolute(string path) => path.StartsWith('/') || path.StartsWith('$')
        || (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':');

    private static string EscapeInDouble(string text) => BashQuoting.Expanding(text)[1..^1].Replace("$", "\\$", StringComparison.Ordinal);

    private void Line(string text) => _text.Append(' ', _depth * 2).Append(text).Append('\n');
}
