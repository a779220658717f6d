namespace Gantry.Coordinator.Store;

/// <summary>What jobs uploaded; the bytes are on disk.</summary>
internal sealed class JobArtifactStore(SqlSession sql)
{
    private const string Columns = "id, job_id, project_id, type, format, file_name, size, sha256, created_at, expire_at";

    public IReadOnlyList<JobArtifactRow> OfJob(long jobId) =>
        sql.Query($"select {Columns} from job_artifacts where job_id = @job order by id", Map, ("job", jobId));

    /// <summary>The artifacts of all jobs of a pipeline.</summary>
    public IReadOnlyList<JobArtifactRow> OfPipeline(long pipelineId) =>
        sql.Query(
            $"select {Columns} from job_artifacts where job_id in (select id from jobs where pipeline_id = @id) order by id", Map, ("id", pipelineId));

    public IReadOnlyList<JobArtifactRow> OfProject(long projectId) =>
        sql.Query($"select {Columns} from job_artifacts where project_id = @id order by id", Map, ("id", projectId));

    public JobArtifactRow? Find(long jobId, string type) =>
        sql.First($"select {Columns} from job_artifacts where job_id = @job and type = @type", Map, ("job", jobId), ("type", type));

    /// <summary>Adds the row; <see cref="JobArtifactRow.Id"/> of the argument is ignored.</summary>
    public JobArtifactRow Add(JobArtifactRow artifact) =>
        sql.First(
            $"""
            insert into job_artifacts (job_id, project_id, type, format, file_name, size, sha256, created_at, expire_at)
            values (@job, @project, @type, @format, @name, @size, @sha256, @created, @expire) returning {Columns}
            """,
            Map,
            ("job", artifact.JobId), ("project", artifact.ProjectId), ("type", artifact.Type), ("format", artifact.Format),
            ("name", artifact.FileName), ("size", artifact.Size), ("sha256", artifact.Sha256), ("created", artifact.CreatedAt),
            ("expire", artifact.ExpireAt))!;

    /// <summary>Past their time, without those that a project keeps because they are the newest of their ref.</summary>
    public IReadOnlyList<JobArtifactRow> Expired(DateTimeOffset now) =>
        sql.Query(
            $"""
            select {Columns} from job_artifacts a where expire_at is not null and expire_at <= @now
                and not exists (
                    select 1 from jobs j join pipelines p on p.id = j.pipeline_id join projects r on r.id = p.project_id
                    where j.id = a.job_id and r.keep_latest_artifacts = 1 and p.id = (
                        select max(q.id) from pipelines q
                        where q.project_id = p.project_id and q.ref = p.ref and q.tag = p.tag and q.status = 'success' and q.upstream_job_id is null))
            limit 1000
            """,
            Map, ("now", now));

    public void Keep(long jobId) => sql.Execute("update job_artifacts set expire_at = null where job_id = @job", ("job", jobId));

    public void Delete(long id) => sql.Execute("delete from job_artifacts where id = @id", ("id", id));

    private static JobArtifactRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        JobId = row.Number("job_id"),
        ProjectId = row.Number("project_id"),
        Type = row.Text("type"),
        Format = row.Text("format"),
        FileName = row.Text("file_name"),
        Size = row.Number("size"),
        Sha256 = row.Text("sha256"),
        CreatedAt = row.Time("created_at"),
        ExpireAt = row.TimeOrNull("expire_at"),
    };
}
