using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Registries;

/// <summary>Credential programs of this machine.</summary>
/// <param name="folder">Where they are; empty for the runner's PATH.</param>
internal sealed class CredentialPrograms(string folder = "") : ICredentialPrograms
{
    private const int AnswerLimit = 1 << 20;

    public async Task<string> AskAsync(string name, string verb, string input, CancellationToken cancellationToken)
    {
        var program = "docker-credential-" + name;
        try
        {
            var run = await ChildProcess.RunAsync(new ProcessStart
            {
                FileName = folder.Length == 0 ? program : Path.Combine(folder, program),
                Arguments = [verb],
                Input = ProcessInput.Of(Encoding.UTF8.GetBytes(input)),
            }, AnswerLimit, cancellationToken);
            return run.Exit.IsSuccess
                ? Encoding.UTF8.GetString(run.Output)
                : throw new IOException($"{program} {verb}: {run.Exit.Text}");
        }
        catch (ProcessException e)
        {
            throw new IOException($"{program}: {e.Message}", e);
        }
    }
}
