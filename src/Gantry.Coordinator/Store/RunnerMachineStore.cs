using System.Text.Json;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Store;

/// <summary>The machines of runners.</summary>
internal sealed class RunnerMachineStore(SqlSession sql, StoreSession session)
{
    private const string Columns = """
        id, runner_id, system_id, version, revision, platform, architecture, executor, ip_address, features, created_at, contacted_at
        """;

    public RunnerMachineRow? Find(long id) => sql.First($"select {Columns} from runner_machines where id = @id", Map, ("id", id));

    public RunnerMachineRow? Find(long runnerId, string systemId) =>
        sql.First(
            $"select {Columns} from runner_machines where runner_id = @runner and system_id = @system",
            Map, ("runner", runnerId), ("system", systemId));

    /// <summary>Newest contact first.</summary>
    public IReadOnlyList<RunnerMachineRow> OfRunner(long runnerId) =>
        sql.Query(
            $"select {Columns} from runner_machines where runner_id = @runner order by contacted_at desc, id desc", Map, ("runner", runnerId));

    /// <summary>Adds the machine or brings it up to date; it is known by runner and system id.</summary>
    public RunnerMachineRow Save(RunnerMachineRow machine) =>
        sql.First(
            $"""
            insert into runner_machines (runner_id, system_id, version, revision, platform, architecture, executor, ip_address,
                features, created_at, contacted_at)
            values (@runner, @system, @version, @revision, @platform, @architecture, @executor, @ip, @features, @created, @contacted)
            on conflict (runner_id, system_id) do update set version = excluded.version, revision = excluded.revision,
                platform = excluded.platform, architecture = excluded.architecture, executor = excluded.executor,
                ip_address = excluded.ip_address, features = excluded.features, contacted_at = excluded.contacted_at
            returning {Columns}
            """,
            Map,
            ("runner", machine.RunnerId), ("system", machine.SystemId), ("version", machine.Version),
            ("revision", machine.Revision), ("platform", machine.Platform), ("architecture", machine.Architecture),
            ("executor", machine.Executor), ("ip", machine.IpAddress),
            ("features", JsonSerializer.Serialize(machine.Features, StoreJson.Default.RunnerFeatures)),
            ("created", machine.CreatedAt), ("contacted", machine.ContactedAt))!;

    /// <summary>False when there was none.</summary>
    public bool Delete(long runnerId, string systemId)
    {
        session.Changes.Add(Change.OfRunners);
        return sql.Execute(
            "delete from runner_machines where runner_id = @runner and system_id = @system", ("runner", runnerId), ("system", systemId)) > 0;
    }

    /// <summary>A sign of life alone.</summary>
    public void Touch(long id, DateTimeOffset now) =>
        sql.Execute("update runner_machines set contacted_at = @now where id = @id", ("now", now), ("id", id));

    private static RunnerMachineRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        RunnerId = row.Number("runner_id"),
        SystemId = row.Text("system_id"),
        Version = row.Text("version"),
        Revision = row.Text("revision"),
        Platform = row.Text("platform"),
        Architecture = row.Text("architecture"),
        Executor = row.Text("executor"),
        IpAddress = row.Text("ip_address"),
        Features = JsonSerializer.Deserialize(row.Text("features"), StoreJson.Default.RunnerFeatures) ?? new RunnerFeatures(),
        CreatedAt = row.Time("created_at"),
        ContactedAt = row.Time("contacted_at"),
    };
}
