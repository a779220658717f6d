using System.Text.Json;

namespace Gantry.Coordinator.Store;

/// <summary>What reports of jobs say: variables for later jobs, and tests.</summary>
internal sealed class ReportStore(SqlSession sql)
{
    /// <summary>Variables of the job's dotenv reports, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Dotenv(long jobId) =>
        sql.Query("select key, value from job_dotenv where job_id = @job order by position", MapPair, ("job", jobId));

    public void SetDotenv(long jobId, IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        sql.Execute("delete from job_dotenv where job_id = @job", ("job", jobId));
        for (var position = 0; position < variables.Count; position++)
        {
            sql.Execute(
                "insert into job_dotenv (job_id, position, key, value) values (@job, @position, @key, @value)",
                ("job", jobId), ("position", position), ("key", variables[position].Key), ("value", variables[position].Value));
        }
    }

    public TestSuite? Tests(long jobId) => sql.First("select body from job_tests where job_id = @job", MapSuite, ("job", jobId));

    /// <summary>The suites of all newest attempts of a pipeline.</summary>
    public IReadOnlyList<TestSuite> TestsOfPipeline(long pipelineId) =>
        sql.Query(
            """
            select t.body from job_tests t join jobs j on j.id = t.job_id
            where j.pipeline_id = @id and j.retried = 0 order by j.stage_index, j.id
            """,
            MapSuite, ("id", pipelineId));

    public void SetTests(long jobId, TestSuite suite) =>
        sql.Execute(
            "insert into job_tests (job_id, body) values (@job, @body) on conflict (job_id) do update set body = excluded.body",
            ("job", jobId), ("body", JsonSerializer.Serialize(suite, StoreJson.Default.TestSuite)));

    /// <summary>Of an erased job.</summary>
    public void Delete(long jobId)
    {
        sql.Execute("delete from job_dotenv where job_id = @job", ("job", jobId));
        sql.Execute("delete from job_tests where job_id = @job", ("job", jobId));
    }

    private static KeyValuePair<string, string> MapPair(SqlRow row) => new(row.Text("key"), row.Text("value"));

    private static TestSuite MapSuite(SqlRow row) => JsonSerializer.Deserialize(row.Text("body"), StoreJson.Default.TestSuite)!;
}
