using System.Text.Json;

namespace Gantry.Coordinator.Store;

/// <summary>Jobs, their definitions, needs and given variables. Writing one announces it.</summary>
internal sealed class JobStore(SqlSession sql, StoreSession session)
{
    internal const string Columns = """
        id, project_id, pipeline_id, kind, name, stage, stage_index, status, failure_reason, exit_code, allow_failure, "when",
        start_in, scheduled_at, dag, ref, tag, protected, tag_list, interruptible, resource_group, environment,
        manual_confirmation, user_id, runner_id, machine_id, timeout, timeout_source, assigned_at, cancel_gracefully, retried,
        attempt, bridge_strategy, created_at, queued_at, started_at, finished_at, updated_at, erased_at, coverage, artifacts_expire_at,
        downstream_pipeline_id
        """;

    private const string Filter = """
        (@project is null or project_id = @project)
        and (@pipeline is null or pipeline_id = @pipeline)
        and (@runner is null or runner_id = @runner)
        and (@kind is null or kind = @kind)
        and (@retried or retried = 0)
        and (@scope = '' or instr(char(10) || @scope || char(10), char(10) || status || char(10)) > 0)
        """;

    public JobRow? Find(long id) => sql.First($"select {Columns} from jobs where id = @id", JobColumns.Map, ("id", id));

    public JobRow? FindByToken(string token) =>
        sql.First($"select {Columns} from jobs where token_hash = @hash", JobColumns.Map, ("hash", TokenHash.Of(token)));

    /// <summary>The newest attempts of a pipeline, by stage and then in the order of the configuration.</summary>
    public IReadOnlyList<JobRow> Latest(long pipelineId) =>
        sql.Query(
            $"select {Columns} from jobs where pipeline_id = @id and retried = 0 order by stage_index, id", JobColumns.Map, ("id", pipelineId));

    /// <summary>All attempts of a pipeline.</summary>
    public IReadOnlyList<JobRow> OfPipeline(long pipelineId) =>
        sql.Query($"select {Columns} from jobs where pipeline_id = @id order by stage_index, id", JobColumns.Map, ("id", pipelineId));

    /// <summary>Newest first, unless the page says otherwise.</summary>
    public Paged<JobRow> List(JobFilter filter, Page page)
    {
        (string, object?)[] arguments =
        [
            ("project", filter.ProjectId), ("pipeline", filter.PipelineId), ("runner", filter.RunnerId), ("kind", filter.Kind),
            ("retried", filter.WithRetried), ("scope", filter.Scope),
        ];
        if (page.After is { } after)
        {
            var (than, order) = page.IsAscending ? (">", "asc") : ("<", "desc");
            return new Paged<JobRow>(
                sql.Query(
                    $"select {Columns} from jobs where {Filter} and id {than} @after order by id {order} limit @size",
                    JobColumns.Map, [.. arguments, ("after", after), ("size", page.Size)]),
                0);
        }

        return new Paged<JobRow>(
            sql.Query(
                $"select {Columns} from jobs where {Filter} order by id desc limit @size offset @offset",
                JobColumns.Map, [.. arguments, ("size", page.Size), ("offset", page.Offset)]),
            sql.Number($"select count(*) from jobs where {Filter}", arguments));
    }

    /// <summary>The newest job of a name with an archive, in the successful pipelines of a ref.</summary>
    public JobRow? LatestSuccessful(long projectId, string refName, string name) =>
        sql.First(
            $"""
            select {Columns} from jobs
            where project_id = @project and ref = @ref and name = @name and retried = 0 and status = 'success'
                and pipeline_id in (select id from pipelines where project_id = @project and ref = @ref and status = 'success')
                and exists (select 1 from job_artifacts a where a.job_id = jobs.id and a.type = 'archive')
            order by id desc limit 1
            """,
            JobColumns.Map, ("project", projectId), ("ref", refName), ("name", name));

    /// <summary>Jobs of the whole instance in one status, oldest first.</summary>
    public IReadOnlyList<JobRow> InStatus(string status) =>
        sql.Query($"select {Columns} from jobs where status = @status order by id", JobColumns.Map, ("status", status));

    /// <summary>Pending jobs that nobody was given, oldest first, with what decides who may take them.</summary>
    public IReadOnlyList<WaitingJobRow> Waiting() =>
        sql.Query(
            """
            with busy as (
                select r.project_id, count(*) as number from jobs r join runners on runners.id = r.runner_id
                where r.status = 'running' and runners.type = 'instance_type' group by r.project_id)
            select j.id, j.project_id, j.protected, j.tag_list, p.instance_runners_enabled, coalesce(busy.number, 0) as running
            from jobs j join projects p on p.id = j.project_id left join busy on busy.project_id = j.project_id
            where j.status = 'pending' and j.assigned_at is null and j.kind = 'build' order by j.id
            """,
            row => new WaitingJobRow
            {
                Id = row.Number("id"),
                ProjectId = row.Number("project_id"),
                Protected = row.Flag("protected"),
                TagList = row.Texts("tag_list"),
                InstanceRunnersEnabled = row.Flag("instance_runners_enabled"),
                RunningOnInstanceRunners = row.Number("running"),
            });

    /// <summary>Trigger jobs that are to start their pipeline and have not, oldest first.</summary>
    public IReadOnlyList<JobRow> PendingBridges() =>
        sql.Query(
            $"select {Columns} from jobs where status = 'pending' and kind = 'bridge' and downstream_pipeline_id is null order by id", JobColumns.Map);

    /// <summary>A job of the group is between its admission and its end.</summary>
    public bool HoldsResource(long projectId, string group) =>
        sql.Number(
            """
            select exists (select 1 from jobs where project_id = @project and resource_group = @group
                and status in ('pending', 'running', 'canceling', 'preparing'))
            """,
            ("project", projectId), ("group", group)) != 0;

    /// <summary>In the order they began to wait.</summary>
    public IReadOnlyList<JobRow> WaitingForResource(long projectId, string group) =>
        sql.Query(
            $"""
            select {Columns} from jobs where project_id = @project and resource_group = @group and status = 'waiting_for_resource'
            order by updated_at, id
            """,
            JobColumns.Map, ("project", projectId), ("group", group));

    public IReadOnlyList<long> IdsOfProject(long projectId) =>
        sql.Query("select id from jobs where project_id = @project", row => row.Number("id"), ("project", projectId));

    /// <summary>Jobs that will want the resource and have not come that far.</summary>
    public IReadOnlyList<JobRow> UpcomingForResource(long projectId, string group) =>
        sql.Query(
            $"""
            select {Columns} from jobs where project_id = @project and resource_group = @group and retried = 0
                and status in ('created', 'preparing', 'scheduled')
            """,
            JobColumns.Map, ("project", projectId), ("group", group));

    public long RunningOnRunner(long runnerId) =>
        sql.Number("select count(*) from jobs where runner_id = @runner and status in ('running', 'canceling')", ("runner", runnerId));

    /// <summary>Adds the row with its definition; <see cref="JobRow.Id"/> of the argument is ignored.</summary>
    public JobRow Add(JobRow job, JobDefinition definition, IReadOnlyList<JobNeedRow> needs)
    {
        var added = job with { Id = sql.Number(JobColumns.Insert, [.. JobColumns.Fixed(job), .. JobColumns.Changing(job)]) };
        sql.Execute(
            "insert into job_definitions (job_id, body) values (@id, @body)",
            ("id", added.Id), ("body", JsonSerializer.Serialize(definition, StoreJson.Default.JobDefinition)));
        for (var position = 0; position < needs.Count; position++)
        {
            var need = needs[position];
            sql.Execute(
                "insert into job_needs (job_id, position, name, artifacts, optional) values (@id, @position, @name, @artifacts, @optional)",
                ("id", added.Id), ("position", position), ("name", need.Name), ("artifacts", need.Artifacts), ("optional", need.Optional));
        }

        session.Changes.Add(Change.OfJob(added));
        return added;
    }

    /// <summary>Writes everything that changes during a job's life.</summary>
    public void Update(JobRow job)
    {
        sql.Execute(JobColumns.UpdateText, [.. JobColumns.Changing(job), ("id", job.Id)]);
        session.Changes.Add(Change.OfJob(job));
    }

    /// <summary>A sign of life alone: nothing to announce.</summary>
    public void Touch(long id, DateTimeOffset now) =>
        sql.Execute("update jobs set updated_at = @now where id = @id", ("now", now), ("id", id));

    /// <summary>The token by which the job's runner is known; null takes it away.</summary>
    public void SetToken(long id, string? token) =>
        sql.Execute("update jobs set token_hash = @hash where id = @id", ("hash", token is null ? null : TokenHash.Of(token)), ("id", id));

    public JobDefinition Definition(long id) =>
        sql.Text("select body from job_definitions where job_id = @id", ("id", id)) is { } body
            ? JsonSerializer.Deserialize(body, StoreJson.Default.JobDefinition)!
            : new JobDefinition();

    public IReadOnlyList<JobNeedRow> Needs(long jobId) =>
        sql.Query("select job_id, name, artifacts, optional from job_needs where job_id = @id order by position", MapNeed, ("id", jobId));

    /// <summary>The needs of all newest attempts of a pipeline.</summary>
    public IReadOnlyList<JobNeedRow> NeedsOfPipeline(long pipelineId) =>
        sql.Query(
            """
            select n.job_id, n.name, n.artifacts, n.optional from job_needs n join jobs j on j.id = n.job_id
            where j.pipeline_id = @id and j.retried = 0 order by n.job_id, n.position
            """,
            MapNeed, ("id", pipelineId));

    /// <summary>The variables given when a manual job was played.</summary>
    public IReadOnlyList<VariableRow> Variables(long jobId) =>
        sql.Query("select key, value, type, raw from job_variables where job_id = @id order by position", GivenVariables.Map, ("id", jobId));

    public void SetVariables(long jobId, IReadOnlyList<VariableRow> variables)
    {
        sql.Execute("delete from job_variables where job_id = @id", ("id", jobId));
        for (var position = 0; position < variables.Count; position++)
        {
            sql.Execute(
                "insert into job_variables (job_id, position, key, value, type, raw) values (@id, @position, @key, @value, @type, @raw)",
                [("id", jobId), .. GivenVariables.Arguments(position, variables[position])]);
        }
    }

    private static JobNeedRow MapNeed(SqlRow row) =>
        new(row.Number("job_id"), row.Text("name"), row.Flag("artifacts"), row.Flag("optional"));
}
