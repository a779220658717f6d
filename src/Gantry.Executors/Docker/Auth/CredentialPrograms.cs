using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Docker.Auth;

/// <summary>Credential programs found on the runner's PATH.</summary>
internal sealed class CredentialPrograms : ICredentialPrograms
{
    private const int AnswerLimit = 1 << 20;

    public async Task<string> AskAsync(string name, string verb, string input, CancellationToken cancellationToken)
    {
        var program = "docker-credential-" + name;
        try
        {
            var run = await ChildProcess.RunAsync(new ProcessStart
            {
                FileName = program,
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
