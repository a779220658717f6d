using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator.Git;

/// <summary>
/// Smart HTTP at <c>/&lt;group&gt;/&lt;project&gt;.git</c>: advertises refs, serves fetches and takes pushes by handing the
/// streams to <c>git … --stateless-rpc</c>. Pushes take turns per repository; <paramref name="pushed"/> is called with what
/// really changed, before the client's request ends, so that a finished push has its pipelines.
/// </summary>
internal sealed partial class GitEndpoint(
    Database database, Authentication authentication, Repositories repositories, Func<Push, CancellationToken, Task> pushed, ILogger<GitEndpoint> log)
{
    /// <summary>False when the path is not one of git's.</summary>
    public async Task<bool> TryHandleAsync(HttpContext http)
    {
        if (GitRequest.Parse(http.Request) is not { } request)
        {
            return false;
        }

        var cancellation = http.RequestAborted;
        var caller = await authentication.OfGitAsync(http, cancellation);
        var found = caller is null
            ? null
            : await database.ReadAsync(session => Admit(session, caller, request), cancellation);
        if (found is null)
        {
            // Whether a private project exists is not told to strangers: they are asked to sign in first.
            await RefuseAsync(http, caller is null or Caller.Anonymous ? StatusCodes.Status401Unauthorized : StatusCodes.Status404NotFound, "Project not found");
            return true;
        }

        if (!found.Allowed)
        {
            var status = caller is Caller.Anonymous ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
            await RefuseAsync(http, status, "You are not allowed to do this to this project.");
            return true;
        }

        http.Response.Headers.CacheControl = "no-cache, max-age=0, must-revalidate";
        BodyLimit.Set(http, null);

        await (request.Action switch
        {
            GitAction.Advertise => AdvertiseAsync(http, request, found.Project),
            GitAction.Fetch => ServeAsync(http, request, found.Project, Body(http)),
            _ => ReceiveAsync(http, request, found.Project, (Caller.Person)caller!),
        });
        return true;
    }

    private static Admission? Admit(StoreSession session, Caller caller, GitRequest request)
    {
        var project = session.Projects.FindByPath(request.ProjectPath);
        if (project is null || !Permissions.MayRead(session, caller, project))
        {
            return null;
        }

        var allowed = request.Service == "receive-pack"
            ? caller is Caller.Person pusher && pusher.Has("api", "write_repository") && Permissions.MayPush(session, caller, project)
            : Permissions.MayReadCode(session, caller, project)
                && (caller is not Caller.Person reader || reader.Has("api", "read_repository", "write_repository"));
        return new Admission(project, allowed);
    }

    private async Task AdvertiseAsync(HttpContext http, GitRequest request, ProjectRow project)
    {
        http.Response.ContentType = $"application/x-git-{request.Service}-advertisement";
        if (request.Protocol?.Contains("version=2", StringComparison.Ordinal) != true)
        {
            var service = $"# service=git-{request.Service}\n";
            await http.Response.WriteAsync($"{service.Length + 4:x4}{service}0000", http.RequestAborted);
        }

        await RunAsync(http, [request.Service, "--stateless-rpc", "--advertise-refs", "."], request, project, Stream.Null);
    }

    private Task ServeAsync(HttpContext http, GitRequest request, ProjectRow project, Stream body, params IReadOnlyList<string> configuration)
    {
        http.Response.ContentType = $"application/x-git-{request.Service}-result";
        return RunAsync(http, [.. configuration, request.Service, "--stateless-rpc", "."], request, project, body);
    }

    private async Task ReceiveAsync(HttpContext http, GitRequest request, ProjectRow project, Caller.Person caller)
    {
        var cancellation = http.RequestAborted;
        var body = PipeReader.Create(Body(http));
        var commands = await PushCommands.PeekAsync(body, cancellation);
        if (commands is null)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "This is not a push.");
            return;
        }

        var refused = await database.ReadAsync(
            session => commands.Updates.FirstOrDefault(update => !MayChange(session, caller, project, update)), cancellation);
        if (refused is not null)
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, $"You are not allowed to push to {refused.RefName}: it is protected.");
            return;
        }

        // git itself sees whether history would be rewritten; it refuses then, for all refs of the push.
        var rewriting = await database.ReadAsync(
            session => commands.Updates.All(update => Permissions.MayForce(session, project, update.ShortName, update.IsTag)), cancellation);
        using var turn = await repositories.TakePushTurnAsync(project.Id, cancellation);
        var reader = new RepositoryReader(repositories, project.Id);
        var before = await reader.HeadsAsync(cancellation);
        await ServeAsync(http, request, project, body.AsStream(), rewriting ? [] : ["-c", "receive.denyNonFastForwards=true"]);

        // The refs have moved: what follows from that happens even when the client has gone.
        var after = await reader.HeadsAsync(CancellationToken.None);
        var changes = Compare(before, after);
        if (changes.Count > 0)
        {
            Log.Pushed(log, project.FullPath, caller.User.Username, changes.Count);
            await pushed(new Push(project, caller.User, changes, commands.Options), CancellationToken.None);
        }
    }

    private static bool MayChange(StoreSession session, Caller caller, ProjectRow project, PushCommand update) =>
        (update.IsBranch || update.IsTag) && Permissions.MayPushTo(session, caller, project, update.ShortName, update.IsTag)
        && (!update.IsDeletion || Permissions.MayForce(session, project, update.ShortName, update.IsTag));

    private static List<RefChange> Compare(IReadOnlyList<RefHead> before, IReadOnlyList<RefHead> after)
    {
        var old = before.ToDictionary(head => head.FullName);
        var changes = new List<RefChange>();
        foreach (var head in after)
        {
            old.Remove(head.FullName, out var earlier);
            if (earlier?.Sha != head.Sha)
            {
                changes.Add(new RefChange(head.Name, head.IsTag, earlier?.Sha, head.Sha));
            }
        }

        changes.AddRange(old.Values.Select(gone => new RefChange(gone.Name, gone.IsTag, gone.Sha, null)));
        return changes;
    }

    private async Task RunAsync(HttpContext http, IReadOnlyList<string> arguments, GitRequest request, ProjectRow project, Stream input)
    {
        var output = await repositories.Git.RunAsync(
            repositories.PathOf(project.Id), arguments,
            new GitStreams(input, http.Response.Body, request.Protocol), http.RequestAborted);
        if (output.ExitCode != 0)
        {
            Log.Failed(log, request.Service, project.FullPath, output.ExitCode, output.Message);
        }
    }

    private static Stream Body(HttpContext http) =>
        http.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"Gantry\"";
            message = "HTTP Basic: access denied. Use a personal access token as the password.";
        }

        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(message + "\n", Encoding.UTF8, http.RequestAborted);
    }

    private sealed record Admission(ProjectRow Project, bool Allowed);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "push to {Project} by {User}: {Count} refs")]
        public static partial void Pushed(ILogger logger, string project, string user, int count);

        [LoggerMessage(Level = LogLevel.Warning, Message = "git {Service} on {Project} ended with {ExitCode}: {Message}")]
        public static partial void Failed(ILogger logger, string service, string project, int exitCode, string message);
    }
}
