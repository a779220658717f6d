namespace Gantry.Coordinator.Store;

/// <summary>Pipeline schedules and their variables.</summary>
internal sealed class ScheduleStore(SqlSession sql)
{
    private const string Columns =
        "id, project_id, owner_id, description, ref, cron, time_zone, active, next_run_at, last_pipeline_id, created_at, updated_at";

    public IReadOnlyList<ScheduleRow> Of(long projectId) =>
        sql.Query($"select {Columns} from schedules where project_id = @project order by id", Map, ("project", projectId));

    public ScheduleRow? Find(long projectId, long id) =>
        sql.First($"select {Columns} from schedules where project_id = @project and id = @id", Map, ("project", projectId), ("id", id));

    /// <summary>Active ones whose time has come.</summary>
    public IReadOnlyList<ScheduleRow> Due(DateTimeOffset now) =>
        sql.Query($"select {Columns} from schedules where active = 1 and next_run_at <= @now order by next_run_at limit 100", Map, ("now", now));

    /// <summary>Adds the row; <see cref="ScheduleRow.Id"/> of the argument is ignored.</summary>
    public ScheduleRow Add(ScheduleRow schedule) =>
        sql.First(
            $"""
            insert into schedules (project_id, owner_id, description, ref, cron, time_zone, active, next_run_at, last_pipeline_id, created_at, updated_at)
            values (@project, @owner, @description, @ref, @cron, @zone, @active, @next, @pipeline, @created, @updated) returning {Columns}
            """,
            Map, [.. Values(schedule), ("project", schedule.ProjectId), ("created", schedule.CreatedAt)])!;

    public void Update(ScheduleRow schedule) =>
        sql.Execute(
            """
            update schedules set owner_id = @owner, description = @description, ref = @ref, cron = @cron, time_zone = @zone,
                active = @active, next_run_at = @next, last_pipeline_id = @pipeline, updated_at = @updated
            where id = @id
            """,
            [.. Values(schedule), ("id", schedule.Id)]);

    public void Delete(long id) => sql.Execute("delete from schedules where id = @id", ("id", id));

    public IReadOnlyList<VariableRow> Variables(long scheduleId) =>
        sql.Query("select key, value, type, raw from schedule_variables where schedule_id = @id order by position", GivenVariables.Map, ("id", scheduleId));

    public void SetVariables(long scheduleId, IReadOnlyList<VariableRow> variables)
    {
        sql.Execute("delete from schedule_variables where schedule_id = @id", ("id", scheduleId));
        for (var position = 0; position < variables.Count; position++)
        {
            sql.Execute(
                "insert into schedule_variables (schedule_id, position, key, value, type, raw) values (@id, @position, @key, @value, @type, @raw)",
                [("id", scheduleId), .. GivenVariables.Arguments(position, variables[position])]);
        }
    }

    private static (string, object?)[] Values(ScheduleRow schedule) =>
    [
        ("owner", schedule.OwnerId), ("description", schedule.Description), ("ref", schedule.Ref), ("cron", schedule.Cron),
        ("zone", schedule.TimeZone), ("active", schedule.Active), ("next", schedule.NextRunAt), ("pipeline", schedule.LastPipelineId),
        ("updated", schedule.UpdatedAt),
    ];

    private static ScheduleRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        ProjectId = row.Number("project_id"),
        OwnerId = row.Number("owner_id"),
        Description = row.Text("description"),
        Ref = row.Text("ref"),
        Cron = row.Text("cron"),
        TimeZone = row.Text("time_zone"),
        Active = row.Flag("active"),
        NextRunAt = row.TimeOrNull("next_run_at"),
        LastPipelineId = row.NumberOrNull("last_pipeline_id"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };
}
