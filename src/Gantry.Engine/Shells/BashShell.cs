using System.Text;

namespace Gantry.Engine.Shells;

/// <summary>
/// bash, and plain sh. The shape of a script (official-job-protocol §8.1):
/// <code>
/// #!/usr/bin/env bash
/// trap 'exit 1' TERM
/// set -o xtrace?  pipefail where there is one, errexit
/// (trap 'exit 1' TERM; eval $'the whole body') &lt; /dev/null
/// exit 0
/// </code>
/// The body is one quoted word, so the shell has read all of it before the first command runs and no command can eat the
/// script from standard input; what it does to its own process stays in the subshell; and an <c>exit N</c> in it becomes
/// the exit code because errexit of the outer shell trips over the subshell.
/// </summary>
internal sealed class BashShell(string name) : IShell
{
    public string Name { get; } = name;

    public string Render(IReadOnlyList<Statement> statements, ShellOptions options)
    {
        var body = new BashBody(options, SingleQuotes);
        body.AddAll(statements);
        var script = new StringBuilder();
        script.Append("#!/usr/bin/env ").Append(Name).Append("\n\ntrap 'exit 1' TERM\n\n");
        if (options.Trace)
        {
            script.Append("set -o xtrace\n");
        }

        script.Append("if [ -n \"${BASH_VERSION-}\" ] || set -o | grep pipefail > /dev/null; then set -o pipefail; fi; set -o errexit\nset +o noclobber\n");
        var quoted = body.Quote(body.Text);
        script.Append(options.LegacyEval ? $": | eval {quoted}\n" : $"(trap 'exit 1' TERM; eval {quoted}) < /dev/null\n");
        return script.Append("exit 0\n").ToString();
    }

    // A plain sh need not know $'…'.
    private bool SingleQuotes => Name == "sh";
}
