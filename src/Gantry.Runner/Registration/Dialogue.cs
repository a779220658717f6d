namespace Gantry.Runner.Registration;

/// <summary>Asks for values in the official runner's way (official-cli-config §1.3.3.1): prompts on standard error.</summary>
/// <param name="output">Where prompts go.</param>
/// <param name="readLine">The next answer; null at the end of input.</param>
/// <param name="interactive">False: never ask, take the default.</param>
public sealed class Dialogue(TextWriter output, Func<string?> readLine, bool interactive)
{
    /// <param name="key">Named in the message when a value is missing.</param>
    /// <param name="prompt">The question.</param>
    /// <param name="initial">Shown as default, kept when nothing is typed.</param>
    /// <param name="optional">May stay empty; otherwise the question is repeated.</param>
    /// <exception cref="RunnerCommandException">No value, and nobody to ask.</exception>
    internal string Ask(string key, string prompt, string initial, bool optional = false)
    {
        var value = initial.Trim();
        if (!interactive)
        {
            return value.Length > 0 || optional ? value : throw new RunnerCommandException($"The {key} needs to be entered");
        }

        while (true)
        {
            output.WriteLine(prompt);
            if (value.Length > 0)
            {
                output.Write($"[{value}]: ");
            }

            output.Flush();
            var line = readLine() ?? throw new RunnerCommandException("Unexpected EOF. Did you mean to use --non-interactive?");
            if (line.Trim() is { Length: > 0 } typed)
            {
                return typed;
            }

            if (optional || value.Length > 0)
            {
                return value;
            }
        }
    }

    internal bool IsInteractive => interactive;
}
