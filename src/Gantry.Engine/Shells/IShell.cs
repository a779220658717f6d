namespace Gantry.Engine.Shells;

/// <summary>
/// One shell language. Implementations are pure: the same statements give the same text.
/// </summary>
public interface IShell
{
    /// <summary>As in <c>config.toml</c>: <c>bash</c>, <c>sh</c>, <c>pwsh</c>, <c>powershell</c>.</summary>
    string Name { get; }

    /// <summary>The whole script of one stage, ready for the shell's standard input or a file. Holds secrets.</summary>
    string Render(IReadOnlyList<Statement> statements, ShellOptions options);
}
