namespace Gantry.Coordinator.Store;

/// <summary>Where the runner of a running job answers for terminals.</summary>
/// <param name="Url">Absolute, <c>https</c>, without the trailing <c>/exec</c>.</param>
/// <param name="Certificate">PEM of the only certificate that is believed; empty for what the system believes.</param>
/// <param name="Authorization">The whole header. A secret.</param>
internal sealed record JobTerminalRow(string Url, string Certificate, string Authorization);

/// <summary>The session servers of runners, job by job (official-job-protocol §9.9).</summary>
internal sealed class JobTerminalStore(SqlSession sql)
{
    public JobTerminalRow? Find(long jobId) =>
        sql.First("select url, certificate, authorization from job_terminals where job_id = @job", Map, ("job", jobId));

    public void Set(long jobId, JobTerminalRow terminal) =>
        sql.Execute(
            """
            insert into job_terminals (job_id, url, certificate, authorization) values (@job, @url, @certificate, @authorization)
            on conflict (job_id) do update set url = excluded.url, certificate = excluded.certificate, authorization = excluded.authorization
            """,
            ("job", jobId), ("url", terminal.Url), ("certificate", terminal.Certificate), ("authorization", terminal.Authorization));

    /// <summary>There are some of jobs that no runner has any longer.</summary>
    public bool AnyEnded() => sql.Number($"select count(*) from job_terminals where job_id not in ({Held})") > 0;

    public void DeleteEnded() => sql.Execute($"delete from job_terminals where job_id not in ({Held})");

    private const string Held = "select id from jobs where status in ('pending', 'running', 'canceling') and runner_id is not null";

    private static JobTerminalRow Map(SqlRow row) => new(row.Text("url"), row.Text("certificate"), row.Text("authorization"));
}
