namespace Gantry.Executors.Registries;

/// <summary>Starts <c>docker-credential-*</c> programs (the docker client's protocol: a verb as argument, text in, JSON out).</summary>
internal interface ICredentialPrograms
{
    /// <param name="name">The part after <c>docker-credential-</c>; holds no path separator.</param>
    /// <param name="verb"><c>get</c> or <c>list</c>.</param>
    /// <param name="input">Standard input: a server address for <c>get</c>.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>Standard output; holds secrets.</returns>
    /// <exception cref="IOException">No such program, or it failed; the message names it.</exception>
    Task<string> AskAsync(string name, string verb, string input, CancellationToken cancellationToken);
}
