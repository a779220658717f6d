using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>
/// All aggregates on one connection, inside one transaction. Got from <see cref="Database.ReadAsync"/> (a snapshot) or
/// <see cref="Database.WriteAsync{T}"/> (alone); never kept.
/// </summary>
internal sealed class StoreSession
{
    public StoreSession(SqlSession sql)
    {
        Sql = sql;
        Instance = new InstanceStore(sql);
        Users = new UserStore(sql);
        Tokens = new TokenStore(sql);
        Projects = new ProjectStore(sql, this);
        Pipelines = new PipelineStore(sql, this);
        Jobs = new JobStore(sql, this);
        Runners = new RunnerStore(sql, this);
        Managers = new RunnerMachineStore(sql, this);
        Variables = new VariableStore(sql);
        Artifacts = new JobArtifactStore(sql);
        Triggers = new TriggerStore(sql);
        Reports = new ReportStore(sql);
        Schedules = new ScheduleStore(sql);
        Environments = new EnvironmentStore(sql);
        ResourceGroups = new ResourceGroupStore(sql);
        Caches = new CacheStore(sql);
        Terminals = new JobTerminalStore(sql);
    }

    public InstanceStore Instance { get; }
    public UserStore Users { get; }
    public TokenStore Tokens { get; }
    public ProjectStore Projects { get; }
    public PipelineStore Pipelines { get; }
    public JobStore Jobs { get; }
    public RunnerStore Runners { get; }
    public RunnerMachineStore Managers { get; }
    public VariableStore Variables { get; }
    public JobArtifactStore Artifacts { get; }
    public TriggerStore Triggers { get; }
    public ReportStore Reports { get; }
    public ScheduleStore Schedules { get; }
    public EnvironmentStore Environments { get; }
    public ResourceGroupStore ResourceGroups { get; }
    public CacheStore Caches { get; }
    public JobTerminalStore Terminals { get; }

    internal SqlSession Sql { get; }

    /// <summary>Published after the commit.</summary>
    internal List<Change> Changes { get; } = [];

    internal void TryRollback()
    {
        try
        {
            Sql.Run("rollback");
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back by itself, as it does when the disk is full.
        }
    }
}
