using System.Text.Json;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Store;

/// <summary>Pipelines and the variables they were started with. Writing one announces it.</summary>
internal sealed class PipelineStore(SqlSession sql, StoreSession session)
{
    private const string Columns = """
        id, project_id, iid, name, ref, tag, sha, before_sha, source, status, warnings, yaml_errors, failure_reason, protected,
        stages, user_id, commit_title, commit_author, commit_author_email, created_at, started_at, finished_at, updated_at,
        duration, coverage, auto_cancel_on_new_commit, auto_cancel_on_job_failure, auto_canceled_by_id, upstream_job_id,
        upstream_pipeline_id
        """;

    private const string Filter = """
        project_id = @project
        and (@children or upstream_job_id is null)
        and (@status is null or status = @status)
        and (@source is null or source = @source)
        and (@ref is null or ref = @ref)
        and (@sha is null or sha = @sha)
        and (@user is null or user_id = @user)
        and case @scope
            when 'running' then status = 'running'
            when 'pending' then status = 'pending'
            when 'finished' then status in ('success', 'failed', 'canceled', 'skipped')
            when 'branches' then tag = 0
            when 'tags' then tag = 1
            else true end
        """;

    public PipelineRow? Find(long id) => sql.First($"select {Columns} from pipelines where id = @id", Map, ("id", id));

    /// <summary>Newest first, unless the filter says otherwise.</summary>
    public Paged<PipelineRow> List(long projectId, PipelineFilter filter, Page page)
    {
        (string, object?)[] arguments =
        [
            ("project", projectId), ("children", filter.WithChildren), ("status", filter.Status), ("source", filter.Source),
            ("ref", filter.Ref), ("sha", filter.Sha), ("user", filter.UserId), ("scope", filter.Scope),
        ];
        return new Paged<PipelineRow>(
            sql.Query(
                $"select {Columns} from pipelines where {Filter} order by id {(filter.Ascending ? "asc" : "desc")} limit @size offset @offset",
                Map, [.. arguments, ("size", page.Size), ("offset", page.Offset)]),
            sql.Number($"select count(*) from pipelines where {Filter}", arguments));
    }

    /// <summary>The newest pipeline of a ref that is not a child; of any ref when null.</summary>
    public PipelineRow? Latest(long projectId, string? refName) =>
        sql.First(
            $"""
            select {Columns} from pipelines
            where project_id = @project and (@ref is null or ref = @ref) and upstream_job_id is null
            order by id desc limit 1
            """,
            Map, ("project", projectId), ("ref", refName));

    public IReadOnlyList<PipelineRow> Children(long pipelineId) =>
        sql.Query($"select {Columns} from pipelines where upstream_pipeline_id = @id order by id", Map, ("id", pipelineId));

    /// <summary>Unfinished root pipelines of the same ref and another commit that are older, the oldest first.</summary>
    public IReadOnlyList<PipelineRow> AliveBefore(PipelineRow newer, DateTimeOffset since) =>
        sql.Query(
            $"""
            select {Columns} from pipelines
            where project_id = @project and ref = @ref and tag = @tag and id < @id and sha <> @sha and upstream_job_id is null
                and created_at >= @since and status not in ('success', 'failed', 'canceled', 'skipped', 'canceling')
            order by id
            """,
            Map,
            ("project", newer.ProjectId), ("ref", newer.Ref), ("tag", newer.Tag), ("id", newer.Id), ("sha", newer.Sha), ("since", since));

    /// <summary>Pipelines of the whole instance in one status, oldest first.</summary>
    public IReadOnlyList<PipelineRow> InStatus(string status) =>
        sql.Query($"select {Columns} from pipelines where status = @status order by id", Map, ("status", status));

    /// <summary>Adds the row; <see cref="PipelineRow.Id"/> of the argument is ignored.</summary>
    public PipelineRow Add(PipelineRow pipeline)
    {
        var added = sql.First(
            $"""
            insert into pipelines (project_id, iid, name, ref, tag, sha, before_sha, source, status, yaml_errors, failure_reason,
                protected, stages, user_id, commit_title, commit_author, commit_author_email, created_at, started_at,
                finished_at, updated_at, auto_cancel_on_new_commit, auto_cancel_on_job_failure, upstream_job_id,
                upstream_pipeline_id)
            values (@project, @iid, @name, @ref, @tag, @sha, @before_sha, @source, @status, @yaml_errors, @failure_reason,
                @protected, @stages, @user, @title, @author, @email, @created, @started, @finished, @updated,
                @on_new_commit, @on_job_failure, @upstream_job, @upstream_pipeline)
            returning {Columns}
            """,
            Map,
            ("project", pipeline.ProjectId), ("iid", pipeline.Iid), ("name", pipeline.Name), ("ref", pipeline.Ref),
            ("tag", pipeline.Tag), ("sha", pipeline.Sha), ("before_sha", pipeline.BeforeSha), ("source", pipeline.Source),
            ("status", pipeline.Status), ("yaml_errors", pipeline.YamlErrors), ("failure_reason", pipeline.FailureReason),
            ("protected", pipeline.Protected), ("stages", pipeline.Stages), ("user", pipeline.UserId),
            ("title", pipeline.CommitTitle), ("author", pipeline.CommitAuthor), ("email", pipeline.CommitAuthorEmail),
            ("created", pipeline.CreatedAt), ("started", pipeline.StartedAt), ("finished", pipeline.FinishedAt),
            ("updated", pipeline.UpdatedAt), ("on_new_commit", pipeline.AutoCancelOnNewCommit),
            ("on_job_failure", pipeline.AutoCancelOnJobFailure), ("upstream_job", pipeline.UpstreamJobId),
            ("upstream_pipeline", pipeline.UpstreamPipelineId))!;
        session.Changes.Add(Change.OfPipeline(added));
        return added;
    }

    /// <summary>Writes what progress changes: status, times, coverage, name, and who cancelled it.</summary>
    public void Update(PipelineRow pipeline)
    {
        sql.Execute(
            """
            update pipelines set status = @status, warnings = @warnings, failure_reason = @reason, name = @name,
                started_at = @started, finished_at = @finished, updated_at = @updated, duration = @duration,
                coverage = @coverage, auto_canceled_by_id = @canceled_by
            where id = @id
            """,
            ("status", pipeline.Status), ("warnings", pipeline.Warnings), ("reason", pipeline.FailureReason),
            ("name", pipeline.Name), ("started", pipeline.StartedAt), ("finished", pipeline.FinishedAt),
            ("updated", pipeline.UpdatedAt), ("duration", pipeline.Duration), ("coverage", pipeline.Coverage),
            ("canceled_by", pipeline.AutoCanceledById), ("id", pipeline.Id));
        session.Changes.Add(Change.OfPipeline(pipeline));
    }

    public void Delete(PipelineRow pipeline)
    {
        sql.Execute("delete from pipelines where id = @id", ("id", pipeline.Id));
        session.Changes.Add(Change.OfPipeline(pipeline));
    }

    /// <summary>What the pipeline was made from: the ground of its predefined variables.</summary>
    public PipelineFacts? Facts(long pipelineId) =>
        sql.Text("select body from pipeline_facts where pipeline_id = @id", ("id", pipelineId)) is { } body
            ? JsonSerializer.Deserialize(body, StoreJson.Default.PipelineFacts)
            : null;

    public void SetFacts(long pipelineId, PipelineFacts facts) =>
        sql.Execute(
            "insert into pipeline_facts (pipeline_id, body) values (@id, @body)",
            ("id", pipelineId), ("body", JsonSerializer.Serialize(facts, StoreJson.Default.PipelineFacts)));

    /// <summary>The variables given when the pipeline was started (API, form, trigger), in order.</summary>
    public IReadOnlyList<VariableRow> Variables(long pipelineId) =>
        sql.Query(
            "select key, value, type, raw from pipeline_variables where pipeline_id = @id order by position",
            GivenVariables.Map, ("id", pipelineId));

    public void AddVariables(long pipelineId, IReadOnlyList<VariableRow> variables)
    {
        for (var position = 0; position < variables.Count; position++)
        {
            sql.Execute(
                """
                insert into pipeline_variables (pipeline_id, position, key, value, type, raw)
                values (@id, @position, @key, @value, @type, @raw)
                """,
                [("id", pipelineId), .. GivenVariables.Arguments(position, variables[position])]);
        }
    }

    private static PipelineRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        ProjectId = row.Number("project_id"),
        Iid = row.Number("iid"),
        Name = row.TextOrNull("name"),
        Ref = row.Text("ref"),
        Tag = row.Flag("tag"),
        Sha = row.Text("sha"),
        BeforeSha = row.Text("before_sha"),
        Source = row.Text("source"),
        Status = row.Text("status"),
        Warnings = row.Flag("warnings"),
        YamlErrors = row.TextOrNull("yaml_errors"),
        FailureReason = row.TextOrNull("failure_reason"),
        Protected = row.Flag("protected"),
        Stages = row.Texts("stages"),
        UserId = row.Number("user_id"),
        CommitTitle = row.Text("commit_title"),
        CommitAuthor = row.Text("commit_author"),
        CommitAuthorEmail = row.Text("commit_author_email"),
        CreatedAt = row.Time("created_at"),
        StartedAt = row.TimeOrNull("started_at"),
        FinishedAt = row.TimeOrNull("finished_at"),
        UpdatedAt = row.Time("updated_at"),
        Duration = (int?)row.NumberOrNull("duration"),
        Coverage = row.FractionOrNull("coverage"),
        AutoCancelOnNewCommit = row.Text("auto_cancel_on_new_commit"),
        AutoCancelOnJobFailure = row.Text("auto_cancel_on_job_failure"),
        AutoCanceledById = row.NumberOrNull("auto_canceled_by_id"),
        UpstreamJobId = row.NumberOrNull("upstream_job_id"),
        UpstreamPipelineId = row.NumberOrNull("upstream_pipeline_id"),
    };
}
