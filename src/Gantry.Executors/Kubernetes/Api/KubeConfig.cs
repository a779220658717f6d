using System.Text;
using System.Text.Json.Nodes;
using Gantry.Engine;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>A kubeconfig file, as kubectl keeps it: clusters, users, and contexts that join them.</summary>
internal static class KubeConfig
{
    /// <param name="paths">Files that exist; the first that says something about a name counts.</param>
    /// <param name="context">Empty: the files' own choice.</param>
    /// <exception cref="EnvironmentException">It cannot be read, or does not say enough.</exception>
    public static ClusterAddress Read(IReadOnlyList<string> paths, string context)
    {
        var files = paths.Select(path => (Path: path, Content: Load(path))).ToList();
        var wanted = context.Length > 0 ? context : files.Select(file => file.Content.Text("current-context")).FirstOrDefault(text => text.Length > 0) ?? "";
        if (wanted.Length == 0)
        {
            throw EnvironmentException.Misconfigured($"{string.Join(", ", paths)} has no current-context: set `context` in [runners.kubernetes]");
        }

        var (where, joined) = Find(files, "contexts", "context", wanted);
        var (clusterFile, cluster) = Find(files, "clusters", "cluster", joined.Text("cluster"));
        var userName = joined.Text("user");
        var (userFile, user) = userName.Length == 0 ? (where, new JsonObject()) : Find(files, "users", "user", userName);
        if (user.At("exec") is not null || user.At("auth-provider") is not null)
        {
            throw EnvironmentException.Misconfigured(
                $"the user {userName} of {userFile} gets its token from a program, which is not supported: give the runner a service account, and set `host`, `ca_file` and `bearer_token` in [runners.kubernetes]");
        }

        var source = $"context {wanted} of {where}";
        return new ClusterAddress
        {
            Server = Uri.TryCreate(cluster.Text("server"), UriKind.Absolute, out var server) && server.Scheme is "http" or "https"
                ? server
                : throw EnvironmentException.Misconfigured($"the server of {source} is no address such as https://kubernetes.example.com:6443"),
            Source = source,
            Authorities = Piece(cluster, "certificate-authority", clusterFile),
            Insecure = cluster.IsTrue("insecure-skip-tls-verify"),
            ServerName = cluster.Text("tls-server-name"),
            Proxy = cluster.Text("proxy-url"),
            Certificate = Piece(user, "client-certificate", userFile),
            Key = new Secret(Piece(user, "client-key", userFile)),
            Token = new Secret(user.Text("token")),
            TokenFile = user.Text("tokenFile") is { Length: > 0 } file ? Beside(userFile, file) : "",
            Login = user.Text("username") is { Length: > 0 } name ? (name, new Secret(user.Text("password"))) : null,
        };
    }

    private static JsonNode Load(string path)
    {
        try
        {
            return YamlText.Parse(File.ReadAllText(path)) ?? new JsonObject();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw EnvironmentException.Misconfigured($"{path} cannot be read: {e.Message}");
        }
    }

    private static (string Path, JsonNode Entry) Find(IReadOnlyList<(string Path, JsonNode Content)> files, string list, string kind, string name)
    {
        foreach (var (path, content) in files)
        {
            if (content.Items(list).FirstOrDefault(item => item.Text("name") == name).At(kind) is { } entry)
            {
                return (path, entry);
            }
        }

        var known = files.SelectMany(file => file.Content.Items(list)).Select(item => item.Text("name"));
        throw EnvironmentException.Misconfigured($"{string.Join(", ", files.Select(file => file.Path))} has no {kind} \"{name}\"; it has: {string.Join(", ", known)}");
    }

    /// <summary>In the file itself, in base64, or in a file of its own.</summary>
    private static string Piece(JsonNode entry, string name, string path)
    {
        if (entry.Text(name + "-data") is { Length: > 0 } data)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException)
            {
                throw EnvironmentException.Misconfigured($"{name}-data of {path} is no base64");
            }
        }

        if (entry.Text(name) is not { Length: > 0 } file)
        {
            return "";
        }

        try
        {
            return File.ReadAllText(Beside(path, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Misconfigured($"{name} of {path} cannot be read: {e.Message}");
        }
    }

    private static string Beside(string path, string file) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, file);
}
