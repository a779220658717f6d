using System.Globalization;
using System.Text;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Shells;

/// <summary>Renders statements as PowerShell commands.</summary>
internal sealed class PowerShellBody(ShellOptions options, bool windows)
{
    private const string Reset = "\e[0;m";
    private const string Check = "if(!$?) { Exit &{if($LASTEXITCODE) {$LASTEXITCODE} else {1}} }";

    // PowerShell's own, without case.
    private static readonly HashSet<string> ReadOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        "Error", "ExecutionContext", "false", "HOME", "Host", "IsCoreCLR", "IsLinux", "IsMacOS", "IsWindows", "PID", "PSCulture", "PSEdition",
        "PSHOME", "PSUICulture", "PSVersionTable", "ShellId", "true", "EnabledExperimentalFeatures",
    };

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

    private void Add(Statement statement)
    {
        switch (statement)
        {
            case Statement.Say say: Echo(Coloured(say)); break;
            case Statement.SayHost host: Line($"echo \"Running on $([Environment]::MachineName){(host.RunnerHost is { } via ? $" via {PowerShellQuoting.Value(via)[1..^1]}" : "")}...\""); break;
            case Statement.Export export: Export(export.Variable, export.PathOnly); break;
            case Statement.ExportWord export: Assign(export.Key, Render(export.Value)); break;
            case Statement.LoadGitLabEnv: LoadEnvironment(); break;
            case Statement.ChangeFolder change: Checked($"cd {Render(change.Path)}"); break;
            case Statement.MakeFolder make: Line($"New-Item -ItemType directory -Force -Path {Render(make.Path)} | out-null"); break;
            case Statement.RemoveFolder remove: Remove(Render(remove.Path), "-PathType Container", "-Force -Recurse"); break;
            case Statement.RemoveFile remove: Remove(Render(remove.Path), "-PathType Leaf", "-Force"); break;
            case Statement.RemoveBelow remove: RemoveBelow(remove); break;
            case Statement.WriteFile write: Line($"[System.IO.File]::WriteAllText({Render(write.Path)}, {PowerShellQuoting.Value(write.Content)})"); break;
            case Statement.Run run: Command(run.Command); break;
            case Statement.If test: If(test); break;
            case Statement.UserScript script: UserScript(script); break;
            case Statement.RejectCredentials reject: Line($"\"url={reject.Origin}`nusername=gitlab-ci-token`n\" | git credential reject; $global:LASTEXITCODE = 0"); break;
            // Only places with a POSIX shell give files to other users.
            case Statement.TakeOwner: break;
        }
    }

    private static string Coloured(Statement.Say say) => say.Text.Length == 0 ? "" : say.Kind switch
    {
        SayKind.Notice => $"\e[32;1m{say.Text}{Reset}",
        SayKind.Warning => $"\e[0;33m{say.Text}{Reset}",
        SayKind.Error => $"\e[31;1m{say.Text}{Reset}",
        _ => $"{Reset}{say.Text}",
    };

    private void Echo(string text) => Line($"echo {PowerShellQuoting.Value(text)}");

    private void Export(JobVariable variable, bool pathOnly)
    {
        if (!variable.File)
        {
            var isTemporary = variable.Value.StartsWith(options.TemporaryFolder, StringComparison.Ordinal) && !IsAbsolute(variable.Value);
            Assign(variable.Key, isTemporary ? Render(Word.Path(variable.Value)) : PowerShellQuoting.Value(variable.Value));
            return;
        }

        var path = Render(Word.Path($"{options.TemporaryFolder}/{variable.Key}"));
        if (!pathOnly)
        {
            Line($"New-Item -ItemType directory -Force -Path {Render(Word.Path(options.TemporaryFolder))} | out-null");
            Line($"[System.IO.File]::WriteAllText({path}, {PowerShellQuoting.Value(variable.Value)})");
        }

        Assign(variable.Key, path);
    }

    private void Assign(string key, string value)
    {
        if (ReadOnly.Contains(key))
        {
            // PowerShell would refuse the variable and with it the script; programs see the value nonetheless.
            Line($"${{env:{key}}}={value}");
            return;
        }

        var name = key.Replace("`", "``", StringComparison.Ordinal).Replace("}", "`}", StringComparison.Ordinal).Replace("{", "`{", StringComparison.Ordinal);
        Line($"${{{name}}}={value}");
        Line($"${{env:{name}}}=${{{name}}}");
    }

    private void LoadEnvironment()
    {
        var path = Render(Word.Path($"{options.TemporaryFolder}/gitlab_runner_env"));
        Assign("GITLAB_ENV", path);
        Line($"New-Item -ItemType directory -Force -Path {Render(Word.Path(options.TemporaryFolder))} | out-null");
        Line($"if(!(Test-Path {path})) {{ [System.IO.File]::WriteAllText({path}, \"\") }}");
        // Split at the first sign only: values may hold more of them.
        Line($"foreach($__line in [System.IO.File]::ReadAllLines({path})) {{");
        Line("  $__key, $__value = $__line -split '=', 2");
        Line("  if($__key) { [System.Environment]::SetEnvironmentVariable($__key, $__value); Set-Variable -Name $__key -Value $__value }");
        Line("}");
    }

    private void Remove(string path, string kind, string flags)
    {
        Line($"if( (Get-Command -Name Remove-Item2 -Module NTFSSecurity -ErrorAction SilentlyContinue) -and (Test-Path {path} {kind}) ) {{");
        Line($"  Remove-Item2 {flags} {path}");
        Line($"}} elseif(Test-Path {path}) {{");
        Line($"  Remove-Item {flags} {path}");
        Line("}");
    }

    private void RemoveBelow(Statement.RemoveBelow remove)
    {
        var root = Render(remove.Root);
        Line($"if(Test-Path {root} -PathType Container) {{");
        Line($"  Get-ChildItem -Path {root} -Filter {PowerShellQuoting.Exact(remove.Pattern)} -Recurse -Force {(remove.Folders ? "-Directory" : "-File")} | ForEach-Object {{ Remove-Item -Force -Recurse $_.FullName }}");
        Line("}");
    }

    private void Command(Command command)
    {
        foreach (var (key, value) in command.Environment)
        {
            Line($"${{__kept_{key}}}=${{env:{key}}}; ${{env:{key}}}={Render(value)}");
        }

        Line(Render(command));
        if (command.Environment.Count == 0)
        {
            Line(Check);
            return;
        }

        // The check must see the command's result, and the value must not outlive the command.
        Line("$__ok = $?");
        foreach (var (key, _) in command.Environment)
        {
            Line($"${{env:{key}}}=${{__kept_{key}}}");
        }

        Line("if(!$__ok) { Exit &{if($LASTEXITCODE) {$LASTEXITCODE} else {1}} }");
    }

    private void If(Statement.If test)
    {
        if (test.Test is Test.Succeeds command)
        {
            Line("Set-Variable -Name cmdErr -Value $false");
            Line("Try {");
            Line($"  {Render(command.Command)}{(command.ShowOutput ? "" : " 2>&1 | out-null")}");
            Line("  if(!$?) { throw &{if($LASTEXITCODE) {$LASTEXITCODE} else {1}} }");
            Line("} Catch {");
            Line("  Set-Variable -Name cmdErr -Value $true");
            Line("}");
            Line("if(!$cmdErr) {");
        }
        else
        {
            Line($"if({Render(test.Test)}) {{");
        }

        _depth++;
        AddAll(test.Then);
        _depth--;
        if (test.Otherwise.Count > 0)
        {
            Line("} else {");
            _depth++;
            AddAll(test.Otherwise);
            _depth--;
        }

        Line("}");
    }

    private string Render(Test test) => test switch
    {
        Test.FolderExists folder => $"Test-Path {Render(folder.Path)} -PathType Container",
        Test.FileExists file => $"Test-Path {Render(file.Path)}",
        Test.FileReadable file => $"$(try {{ [System.IO.File]::OpenRead({Render(file.Path)}).Dispose(); $true }} catch {{ $false }})",
        Test.GitIsAtLeast git => string.Create(CultureInfo.InvariantCulture,
            $"((git --version) -match '(\\d+)\\.(\\d+)') -and ([version]$Matches[0] -ge [version]'{git.Major}.{git.Minor}')"),
        _ => "$false",
    };

    private void UserScript(Statement.UserScript script)
    {
        foreach (var entry in script.Lines)
        {
            var command = entry.Trim();
            if (command.Length == 0)
            {
                Echo("");
                continue;
            }

            Echo($"\e[32;1m$ {command}{Reset}");
            _text.Append(command).Append('\n').Append(Check).Append("\n\n");
        }
    }

    private void Checked(string command)
    {
        Line(command);
        Line(Check);
    }

    private string Render(Command command) =>
        string.Join(' ', command.Words.Select((word, i) => i == 0 ? "& " + PowerShellQuoting.Value(word.Text) : Render(word)));

    private string Render(Word word) => word.Kind switch
    {
        WordKind.Expanding => PowerShellQuoting.Expanding(word.Text),
        WordKind.Path when IsAbsolute(word.Text) => PowerShellQuoting.Expanding(Native(word.Text)),
        // The folder the script is in at this point, as in the other shells.
        WordKind.Path => PowerShellQuoting.Expanding(Native($"$PWD/{word.Text.TrimStart('/', '\\')}")),
        _ => PowerShellQuoting.Exact(word.Text),
    };

    // `$NAME` in expanding words works because every export makes a PowerShell variable as well; HOME is PowerShell's own.
    private string Native(string path) => windows ? ToBackslash(path) : path;

    internal static string ToBackslash(string path) => path.Replace('/', '\\');

    // On Windows a single slash begins a path without a drive, two of them a share.
    private bool IsAbsolute(string path) => (windows ? ToBackslash(path).StartsWith(@"\\", StringComparison.Ordinal) : path.StartsWith('/') || path.StartsWith('\\'))
        || path.StartsWith('$') || (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':');

    private void Line(string text) => _text.Append(' ', _depth * 2).Append(text).Append('\n');
}
