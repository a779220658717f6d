using System.Text.Json;
using Gantry.Engine;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Registries;

/// <summary>What was found, and what the operator may want to know about it.</summary>
internal interface ILoginNotes
{
    /// <summary>For the process log.</summary>
    void Debug(string text);

    /// <summary>For the job log.</summary>
    void Warning(string text);
}

/// <summary>
/// Logins for registries: <c>DOCKER_AUTH_CONFIG</c>, the home folder's file, the job's own. The first source that knows a path
/// wins for this path; of several paths above an image the longest wins (official-executors §2.5).
/// </summary>
internal sealed class RegistryLogins(ICredentialPrograms programs, string? home, ILoginNotes notes)
{
    public const string VariableSource = "$DOCKER_AUTH_CONFIG";
    public const string JobSource = "job payload (GitLab Registry)";

    /// <summary>The login for an image; null for none.</summary>
    /// <exception cref="FormatException">A program is named by a path: refused as a whole.</exception>
    public async Task<RegistryLogin?> FindAsync(
        string image, string? variable, IReadOnlyList<JobCredential> credentials, CancellationToken cancellationToken)
    {
        var all = await AllAsync(variable, credentials, cancellationToken);
        return RegistryPath.Upwards(RegistryPath.OfImage(image)).Select(path => all.FirstOrDefault(login => login.Path == path)).FirstOrDefault(login => login is not null);
    }

    /// <summary>Every login, by source and path.</summary>
    public async Task<IReadOnlyList<RegistryLogin>> AllAsync(
        string? variable, IReadOnlyList<JobCredential> credentials, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, RegistryLogin>(StringComparer.Ordinal);
        if (!string.IsNullOrEmpty(variable))
        {
            Add(found, VariableSource, await TryReadAsync(VariableSource, () => variable, cancellationToken));
        }

        if (HomeFile() is { } file)
        {
            Add(found, file, await TryReadAsync(file, () => File.ReadAllText(file), cancellationToken));
        }

        Add(found, JobSource, [.. credentials.Where(c => c.Type == "registry").Select(c =>
            new RegistryLogin(RegistryPath.OfLogin(c.Url), JobSource, c.Url, c.Username, new Secret(c.Password)))]);
        return [.. found.Values];
    }

    private string? HomeFile()
    {
        if (string.IsNullOrEmpty(home))
        {
            notes.Debug("no home folder: logins of the docker client are not read");
            return null;
        }

        return new[] { Path.Combine(home, ".docker", "config.json"), Path.Combine(home, ".dockercfg") }.FirstOrDefault(File.Exists);
    }

    private async Task<IReadOnlyList<RegistryLogin>> TryReadAsync(string source, Func<string> read, CancellationToken cancellationToken)
    {
        DockerConfigFile file;
        try
        {
            file = Parse(read());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return Ignored(source, e.Message);
        }

        foreach (var name in (file.Programs?.Values ?? []).Append(file.Store ?? "").Where(IsPath))
        {
            throw new FormatException($"path traversal is not allowed: the credential helper \"{name}\" of {source} must be a plain name");
        }

        try
        {
            return [.. await ReadAsync(source, file, cancellationToken)];
        }
        catch (Exception e) when (e is IOException or FormatException or JsonException)
        {
            return Ignored(source, e.Message);
        }
    }

    private IReadOnlyList<RegistryLogin> Ignored(string source, string why)
    {
        notes.Warning($"Failed to resolve credentials from {source}: {why}. Credentials from this source will not be used.");
        return [];
    }

    private async Task<IEnumerable<RegistryLogin>> ReadAsync(string source, DockerConfigFile file, CancellationToken cancellationToken)
    {
        // Later kinds replace earlier ones for the same path: a program knows better than a file.
        var logins = new Dictionary<string, RegistryLogin>(StringComparer.Ordinal);
        foreach (var (server, entry) in file.Logins ?? new Dictionary<string, ConfigLogin>())
        {
            var (user, password) = entry.Read();
            logins[RegistryPath.OfLogin(server)] = new RegistryLogin(RegistryPath.OfLogin(server), source, server, user, password);
        }

        if (!string.IsNullOrEmpty(file.Store))
        {
            var listed = JsonSerializer.Deserialize(await programs.AskAsync(file.Store, "list", "unused", cancellationToken), AuthJson.Default.IReadOnlyDictionaryStringString);
            foreach (var server in listed?.Keys ?? [])
            {
                logins[RegistryPath.OfLogin(server)] = await AskAsync(source, file.Store, server, cancellationToken);
            }
        }

        foreach (var (server, program) in file.Programs ?? new Dictionary<string, string>())
        {
            logins[RegistryPath.OfLogin(server)] = await AskAsync(source, program, server, cancellationToken);
        }

        return logins.Values.Where(login => login.User.Length > 0 || !login.Password.IsEmpty).OrderBy(login => login.Path, StringComparer.Ordinal);
    }

    private async Task<RegistryLogin> AskAsync(string source, string program, string server, CancellationToken cancellationToken)
    {
        var answer = JsonSerializer.Deserialize(await programs.AskAsync(program, "get", server, cancellationToken), AuthJson.Default.ProgramLogin);
        // Helpers mark an identity token with this user name.
        var user = answer?.Username is "<token>" ? "" : answer?.Username ?? "";
        return new RegistryLogin(RegistryPath.OfLogin(server), source, server, user, new Secret(answer?.Secret));
    }

    private void Add(Dictionary<string, RegistryLogin> found, string source, IReadOnlyList<RegistryLogin> logins)
    {
        if (logins.Count == 0)
        {
            return;
        }

        foreach (var login in logins)
        {
            if (!found.TryAdd(login.Path, login))
            {
                notes.Debug($"Not adding Docker credentials: credentials for \"{login.Path}\" already set from \"{found[login.Path].Source}\", ignoring credentials from \"{source}\"");
            }
        }

        notes.Debug($"Loaded Docker credentials, source = \"{source}\", hostnames = [{string.Join(' ', logins.Select(login => login.Path))}], error = <nil>");
    }

    private static bool IsPath(string name) => name.Contains('/', StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal);

    private static DockerConfigFile Parse(string text)
    {
        var file = JsonSerializer.Deserialize(text, AuthJson.Default.DockerConfigFile) ?? new DockerConfigFile();
        // The old .dockercfg is the map of logins itself.
        return file.Logins is null && file.Store is null && file.Programs is null && TryParseOld(text) is { Count: > 0 } logins
            ? new DockerConfigFile { Logins = logins }
            : file;
    }

    private static IReadOnlyDictionary<string, ConfigLogin>? TryParseOld(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AuthJson.Default.IReadOnlyDictionaryStringConfigLogin);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
