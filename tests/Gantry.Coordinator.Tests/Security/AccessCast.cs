using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Tests.Hosting;

namespace Gantry.Coordinator.Tests.Security;

/// <summary>One caller per role, and a private project with one of everything, made anew when a call has spoilt it.</summary>
internal sealed partial class AccessCast
{
    private readonly TestServer _server;
    private readonly Dictionary<string, long> _users = [];
    private readonly Dictionary<string, string> _tokens = [];
    private readonly Dictionary<string, string> _values = [];
    private string _template = "";
    private long _first;
    private int _number;
    private bool _spoilt = true;

    private AccessCast(TestServer server) => _server = server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<AccessCast> CreateAsync(TestServer server, IEnumerable<string> roles)
    {
        var cast = new AccessCast(server);
        foreach (var role in roles.Where(role => role != "anonymous").Append("read-only"))
        {
            await cast.AddAsync(role, role is "read-only" ? "read_api" : "api", admin: role is "admin" or "read-only");
        }

        var first = await server.CreateProjectAsync("access/template");
        await server.PostAsync($"projects/{first}/repository/files/.gitlab-ci.yml", """{"branch":"main","commit_message":"m","content":"build: {script: echo}"}""");
        cast._first = first;
        cast._template = server.Host.Services.Repositories.PathOf(first);
        await server.PostAsync($"projects/{first}/repository/branches", """{"branch":"topic","ref":"main"}""");
        await server.PostAsync($"projects/{first}/repository/tags", """{"tag_name":"topic","ref":"main"}""");
        cast._tokens["foreign-job"] = await cast.JobTokenAsync(first);
        return cast;
    }

    public async Task<bool> MayAsync(string role, string method, string route)
    {
        var status = await CallAsync(role, method, route);
        return status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound);
    }

    public async Task<HttpStatusCode> CallAsync(string role, string method, string route)
    {
        if (_spoilt)
        {
            await BuildAsync();
        }

        var path = Parameter().Replace(route, match => Uri.EscapeDataString(Value(match.Groups[1].Value, route)));
        (string, string)[] headers = role switch
        {
            "anonymous" => [],
            "job" or "foreign-job" => [("JOB-TOKEN", _tokens[role])],
            _ => [("PRIVATE-TOKEN", _tokens[role])],
        };
        using var answer = await TestServer.SendAsync(
            _server.Anonymous, new HttpMethod(method), path + (method == "GET" ? "?from=main&to=topic&job=build&ref=main" : ""), method == "GET" ? null : Body(route), headers);
        // What was removed or taken over must be there again for the next one.
        _spoilt = method is not "GET" && answer.IsSuccessStatusCode;
        if (_spoilt && route.Contains("personal_access_tokens/self", StringComparison.Ordinal))
        {
            _tokens[role] = await TokenAsync(_users[role], "api");
        }

        return answer.StatusCode;
    }

    private string Value(string name, string route) => name switch
    {
        "name" when route.Contains("protected_", StringComparison.Ordinal) => "shielded",
        "name" or "branch" => "topic",
        "sha" or "ref" => "main",
        "path" when route.Contains("artifacts", StringComparison.Ordinal) => "a.txt",
        "path" => ".gitlab-ci.yml",
        "key" => "KEY",
        "job" when route.EndsWith("/retry", StringComparison.Ordinal) || route.EndsWith("/erase", StringComparison.Ordinal) => _values["done"],
        "id" when route.StartsWith("/api/v4/jobs/", StringComparison.Ordinal) => _values["job"],
        _ => _values[name],
    };

    // All parameters of all endpoints at once: each takes its own.
    private string Body(string route)
    {
        var number = (_number++).ToString(CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["ref"] = "main",
            ["description"] = "text",
            ["cron"] = "0 1 * * *",
            ["name"] = "n" + number,
            ["path"] = "p" + number,
            ["key"] = "K" + number,
            ["value"] = "a value of some length",
            ["token"] = "none",
            ["email"] = $"u{number}@example.com",
            ["username"] = "u" + number,
            ["password"] = "correct horse",
            ["scopes"] = new JsonArray("api"),
            ["access_level"] = route.Contains("members", StringComparison.Ordinal) ? 10 : "not_protected",
            ["user_id"] = _users["stranger"],
            ["runner_type"] = "project_type",
            ["project_id"] = long.Parse(_values["id"], CultureInfo.InvariantCulture),
            ["runner_id"] = long.Parse(_values["runner"], CultureInfo.InvariantCulture),
            ["branch"] = "b" + number,
            ["start_branch"] = "main",
            ["tag_name"] = "t" + number,
            ["commit_message"] = "text",
            ["content"] = "build: {script: echo}",
            ["actions"] = new JsonArray(new JsonObject { ["action"] = "create", ["file_path"] = "f" + number, ["content"] = "x" }),
            ["process_mode"] = "oldest_first",
            ["system_id"] = "s_none",
        }.ToJsonString();
    }

    private async Task AddAsync(string role, string scope, bool admin)
    {
        _users[role] = await _server.Host.Services.Database.WriteAsync(
            session =>
            {
                session.Projects.AddNamespace("u-" + role, role, "user");
                return session.Users.Add("u-" + role, role, role + "@example.com", admin, DateTimeOffset.UnixEpoch).Id;
            },
            Cancellation);
        _tokens[role] = await TokenAsync(_users[role], scope);
    }

    private async Task<string> TokenAsync(long user, string scope)
    {
        var text = TokenHash.Create("glpat-");
        await _server.Host.Services.Database.WriteAsync(session => session.Tokens.Add(user, "test", text, [scope], null, DateTimeOffset.UnixEpoch), Cancellation);
        return text;
    }

    private async Task BuildAsync()
    {
        var services = _server.Host.Services;
        var project = await _server.CreateProjectAsync($"access/p{_number++}");
        services.Repositories.Delete(project);
        Copy(_template, services.Repositories.PathOf(project));
        _values["id"] = Text(project);
        await JobTokenAsync(project);
        var done = long.Parse(_values["job"], CultureInfo.InvariantCulture);
        await services.Database.WriteAsync(session => services.Lifecycle.Succeed(session, session.Jobs.Find(done)!), Cancellation);
        _values["done"] = Text(done);
        _tokens["job"] = await JobTokenAsync(project);
        await services.Database.WriteAsync(session => Fill(session, project), Cancellation);
        _spoilt = false;
    }

    private void Fill(StoreSession session, long project)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (role, level) in new[]
        {
            ("guest", AccessLevel.Guest), ("reporter", AccessLevel.Reporter), ("developer", AccessLevel.Developer), ("maintainer", AccessLevel.Maintainer),
            ("owner", AccessLevel.Owner),
        })
        {
            session.Users.SetLevel(project, _users[role], level);
        }

        // A person to do things to.
        var target = session.Users.Add($"target{_number}", "Target", $"target{_number}@example.com", false, now);
        session.Users.SetLevel(project, target.Id, AccessLevel.Guest);
        _values["user"] = Text(target.Id);
        _values["token"] = Text(session.Tokens.Add(target.Id, "t", TokenHash.Create("glpat-"), ["api"], null, now).Id);
        // main is for everybody who may push at all, so that what a role may elsewhere shows.
        session.Projects.Protect(project, new ProtectedRefRow("main", false, AccessLevel.Developer, AccessLevel.Developer, true));
        session.Projects.Protect(project, new ProtectedRefRow("shielded", false, AccessLevel.Maintainer, AccessLevel.Maintainer, false));
        session.Projects.Protect(project, new ProtectedRefRow("shielded", true, AccessLevel.Maintainer, AccessLevel.Maintainer, false));
        session.Variables.Save(project, new VariableRow { Key = "KEY", Value = "value" });
        session.Variables.Save(VariableStore.Instance, new VariableRow { Key = "KEY", Value = "value" });
        _values["trigger"] = Text(session.Triggers.Add(project, _users["maintainer"], "t", TokenHash.Create("glptt-"), now).Id);
        var schedule = session.Schedules.Add(new ScheduleRow
        {
            Id = 0,
            ProjectId = project,
            OwnerId = _users["maintainer"],
            Description = "s",
            Ref = "main",
            Cron = "0 1 * * *",
            TimeZone = "UTC",
            Active = true,
            CreatedAt = now,
            UpdatedAt = now,
        });
        session.Schedules.SetVariables(schedule.Id, [new VariableRow { Key = "KEY", Value = "value" }]);
        _values["schedule"] = Text(schedule.Id);
        session.ResourceGroups.Ensure(project, "KEY", now);
        _values["environment"] = Text(session.Environments.Save(new EnvironmentRow
        {
            Id = 0,
            ProjectId = project,
            Name = "production",
            Slug = "production",
            Tier = "production",
            State = "stopped",
            CreatedAt = now,
            UpdatedAt = now,
        }).Id);
        var runner = new Queue.RunnerDraft { ProjectId = project }.Save(session, now).Runner;
        session.Runners.Assign(runner.Id, _first);
        _values["runner"] = Text(runner.Id);
    }

    // A running job of the project, and its token.
    private async Task<string> JobTokenAsync(long project)
    {
        var pipeline = await _server.PostAsync($"projects/{project}/pipeline", """{"ref":"main"}""");
        var id = pipeline.GetProperty("id").GetInt64();
        var token = TokenHash.Create("glcbt-");
        var job = await _server.Host.Services.Database.WriteAsync(
            session =>
            {
                var found = session.Jobs.Latest(id).Single();
                session.Jobs.SetToken(found.Id, token);
                return _server.Host.Services.Lifecycle.Start(session, found);
            },
            Cancellation);
        (_values["pipeline"], _values["job"]) = (Text(id), Text(job.Id));
        await ArchiveAsync(job);
        return token;
    }

    private async Task ArchiveAsync(JobRow job)
    {
        using var content = new MemoryStream();
        await using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = await zip.CreateEntry("a.txt").OpenAsync(Cancellation);
            entry.WriteByte((byte)'a');
        }

        content.Position = 0;
        var services = _server.Host.Services;
        var upload = await services.Artifacts.ReceiveAsync(content, 1024 * 1024, Cancellation);
        await services.Database.WriteAsync(
            session => services.Artifacts.Place(upload, session.Artifacts.Add(new JobArtifactRow
            {
                Id = 0,
                JobId = job.Id,
                ProjectId = job.ProjectId,
                Type = "archive",
                Format = "zip",
                FileName = "artifacts.zip",
                Size = upload.Size,
                Sha256 = upload.Sha256,
                CreatedAt = job.CreatedAt,
            })),
            Cancellation);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{\**([a-z]+)[^}]*\}")]
    private static partial Regex Parameter();
}
