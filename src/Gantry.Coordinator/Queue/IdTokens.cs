using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Queue;

/// <summary><c>id_tokens</c> of a job (ci-yaml §15.12): who it is, signed, for services outside. Each is a masked variable.</summary>
internal sealed class IdTokens(SigningKey key, ServerAddress address, TimeProvider clock)
{
    // Beyond its timeout a job still runs its after_script, and clocks differ.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    /// <param name="session">The write in which the job is handed out.</param>
    /// <param name="request">The job.</param>
    /// <param name="project">Its project.</param>
    /// <param name="pipeline">Its pipeline.</param>
    /// <param name="known">The job's variables so far, for the audiences.</param>
    public IEnumerable<Variable> Build(
        StoreSession session, PayloadRequest request, ProjectRow project, PipelineRow pipeline, IReadOnlyList<Variable> known)
    {
        if (request.Definition.IdTokens.Count == 0)
        {
            return [];
        }

        string? ValueOf(string name) => known.LastOrDefault(variable => variable.Key == name)?.Value;
        var claims = Claims(session, request, project, pipeline);
        return
        [
            .. request.Definition.IdTokens.Select(token => new Variable
            {
                Key = token.Name,
                Value = key.Sign(For([.. token.Audiences.Select(audience => Expansion.Expand(audience, ValueOf))], claims, request.Job)),
                IsMasked = true,
            }),
        ];
    }

    private JsonObject For(IReadOnlyList<string> audiences, IEnumerable<KeyValuePair<string, string?>> claims, JobRow job)
    {
        var now = clock.GetUtcNow();
        var token = new JsonObject();
        foreach (var (name, value) in claims.Where(claim => claim.Value is not null))
        {
            token[name] = value;
        }

        token["jti"] = Guid.NewGuid().ToString();
        token["iat"] = now.ToUnixTimeSeconds();
        token["nbf"] = (now - Skew).ToUnixTimeSeconds();
        token["exp"] = (now + TimeSpan.FromSeconds(job.Timeout) + Slack).ToUnixTimeSeconds();
        token["iss"] = address.Url;
        token["aud"] = audiences is [var only] ? only : new JsonArray([.. audiences.Select(audience => (JsonNode)audience)]);
        return token;
    }

    private Dictionary<string, string?> Claims(StoreSession session, PayloadRequest request, ProjectRow project, PipelineRow pipeline)
    {
        var (job, environment) = (request.Job, request.Definition.Environment);
        var user = session.Users.Find(job.UserId);
        var path = (pipeline.Tag ? "refs/tags/" : "refs/heads/") + pipeline.Ref;
        var host = new Uri(address.Url).Authority;
        return new Dictionary<string, string?>
        {
            ["sub"] = $"project_path:{project.FullPath}:ref_type:{(pipeline.Tag ? "tag" : "branch")}:ref:{pipeline.Ref}",
            ["namespace_id"] = Text(project.NamespaceId),
            ["namespace_path"] = project.NamespacePath,
            ["project_id"] = Text(project.Id),
            ["project_path"] = project.FullPath,
            ["user_id"] = Text(job.UserId),
            ["user_login"] = user?.Username,
            ["user_email"] = user?.Email,
            ["user_access_level"] = user is null
                ? null
                : Permissions.LevelIn(session, new Caller.Person(user, null, null), project).ToString().ToLowerInvariant(),
            ["job_project_id"] = Text(project.Id),
            ["job_project_path"] = project.FullPath,
            ["job_namespace_id"] = Text(project.NamespaceId),
            ["job_namespace_path"] = project.NamespacePath,
            ["pipeline_id"] = Text(pipeline.Id),
            ["pipeline_source"] = pipeline.Source,
            ["job_id"] = Text(job.Id),
            ["ref"] = pipeline.Ref,
            ["ref_type"] = pipeline.Tag ? "tag" : "branch",
            ["ref_path"] = path,
            ["ref_protected"] = pipeline.Protected ? "true" : "false",
            ["environment"] = environment?.Name,
            ["environment_protected"] = environment is null ? null : "false",
            ["deployment_tier"] = environment?.DeploymentTier,
            ["environment_action"] = environment?.Action,
            ["runner_id"] = Text(request.Runner.Runner.Id),
            ["runner_environment"] = "self-hosted",
            ["sha"] = pipeline.Sha,
            ["project_visibility"] = project.Visibility,
            ["ci_config_ref_uri"] = $"{host}/{project.FullPath}//{project.CiConfigPath}@{path}",
            ["ci_config_sha"] = pipeline.Sha,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
