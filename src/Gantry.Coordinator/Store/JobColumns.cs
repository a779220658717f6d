namespace Gantry.Coordinator.Store;

/// <summary>The columns of a job: which are fixed when it is made and which change during its life.</summary>
internal static class JobColumns
{
    public const string UpdateText = """
        update jobs set status = @status, failure_reason = @failure_reason, exit_code = @exit_code,
            allow_failure = @allow_failure, "when" = @when, scheduled_at = @scheduled_at, environment = @environment,
            user_id = @user_id, runner_id = @runner_id, machine_id = @machine_id, timeout = @timeout,
            timeout_source = @timeout_source, assigned_at = @assigned_at, cancel_gracefully = @cancel_gracefully,
            retried = @retried, queued_at = @queued_at, started_at = @started_at, finished_at = @finished_at,
            updated_at = @updated_at, erased_at = @erased_at, coverage = @coverage,
            artifacts_expire_at = @artifacts_expire_at, downstream_pipeline_id = @downstream_pipeline_id
        where id = @id
        """;

    public const string Insert = """
        insert into jobs (project_id, pipeline_id, kind, name, stage, stage_index, start_in, dag, ref, tag, protected, tag_list,
            interruptible, resource_group, manual_confirmation, attempt, bridge_strategy, created_at, status, failure_reason, exit_code,
            allow_failure, "when", scheduled_at, environment, user_id, runner_id, machine_id, timeout, timeout_source,
            assigned_at, cancel_gracefully, retried, queued_at, started_at, finished_at, updated_at, erased_at, coverage,
            artifacts_expire_at, downstream_pipeline_id)
        values (@project_id, @pipeline_id, @kind, @name, @stage, @stage_index, @start_in, @dag, @ref, @tag, @protected,
            @tag_list, @interruptible, @resource_group, @manual_confirmation, @attempt, @bridge_strategy, @created_at, @status, @failure_reason,
            @exit_code, @allow_failure, @when, @scheduled_at, @environment, @user_id, @runner_id, @machine_id, @timeout,
            @timeout_source, @assigned_at, @cancel_gracefully, @retried, @queued_at, @started_at, @finished_at, @updated_at,
            @erased_at, @coverage, @artifacts_expire_at, @downstream_pipeline_id)
        returning id
        """;

    public static (string, object?)[] Fixed(JobRow job) =>
    [
        ("project_id", job.ProjectId), ("pipeline_id", job.PipelineId), ("kind", job.Kind), ("name", job.Name),
        ("stage", job.Stage), ("stage_index", job.StageIndex), ("start_in", job.StartIn), ("dag", job.Dag), ("ref", job.Ref),
        ("tag", job.Tag), ("protected", job.Protected), ("tag_list", job.TagList), ("interruptible", job.Interruptible),
        ("resource_group", job.ResourceGroup), ("manual_confirmation", job.ManualConfirmation), ("attempt", job.Attempt),
        ("bridge_strategy", job.BridgeStrategy),
        ("created_at", job.CreatedAt),
    ];

    public static (string, object?)[] Changing(JobRow job) =>
    [
        ("status", job.Status), ("failure_reason", job.FailureReason), ("exit_code", job.ExitCode),
        ("allow_failure", job.AllowFailure), ("when", job.When), ("scheduled_at", job.ScheduledAt),
        ("environment", job.Environment), ("user_id", job.UserId), ("runner_id", job.RunnerId), ("machine_id", job.MachineId),
        ("timeout", job.Timeout), ("timeout_source", job.TimeoutSource), ("assigned_at", job.AssignedAt),
        ("cancel_gracefully", job.CancelGracefully), ("retried", job.Retried), ("queued_at", job.QueuedAt),
        ("started_at", job.StartedAt), ("finished_at", job.FinishedAt), ("updated_at", job.UpdatedAt),
        ("erased_at", job.ErasedAt), ("coverage", job.Coverage), ("artifacts_expire_at", job.ArtifactsExpireAt),
        ("downstream_pipeline_id", job.DownstreamPipelineId),
    ];

    public static JobRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        ProjectId = row.Number("project_id"),
        PipelineId = row.Number("pipeline_id"),
        Kind = row.Text("kind"),
        Name = row.Text("name"),
        Stage = row.Text("stage"),
        StageIndex = row.Small("stage_index"),
        Status = row.Text("status"),
        FailureReason = row.TextOrNull("failure_reason"),
        ExitCode = (int?)row.NumberOrNull("exit_code"),
        AllowFailure = row.Flag("allow_failure"),
        When = row.Text("when"),
        StartIn = (int?)row.NumberOrNull("start_in"),
        ScheduledAt = row.TimeOrNull("scheduled_at"),
        Dag = row.Flag("dag"),
        Ref = row.Text("ref"),
        Tag = row.Flag("tag"),
        Protected = row.Flag("protected"),
        TagList = row.Texts("tag_list"),
        Interruptible = row.NumberOrNull("interruptible") is { } value ? value != 0 : null,
        ResourceGroup = row.TextOrNull("resource_group"),
        Environment = row.TextOrNull("environment"),
        ManualConfirmation = row.TextOrNull("manual_confirmation"),
        UserId = row.Number("user_id"),
        RunnerId = row.NumberOrNull("runner_id"),
        MachineId = row.NumberOrNull("machine_id"),
        Timeout = row.Small("timeout"),
        TimeoutSource = row.Text("timeout_source"),
        AssignedAt = row.TimeOrNull("assigned_at"),
        CancelGracefully = row.Flag("cancel_gracefully"),
        Retried = row.Flag("retried"),
        Attempt = row.Small("attempt"),
        BridgeStrategy = row.TextOrNull("bridge_strategy"),
        CreatedAt = row.Time("created_at"),
        QueuedAt = row.TimeOrNull("queued_at"),
        StartedAt = row.TimeOrNull("started_at"),
        FinishedAt = row.TimeOrNull("finished_at"),
        UpdatedAt = row.Time("updated_at"),
        ErasedAt = row.TimeOrNull("erased_at"),
        Coverage = row.FractionOrNull("coverage"),
        ArtifactsExpireAt = row.TimeOrNull("artifacts_expire_at"),
        DownstreamPipelineId = row.NumberOrNull("downstream_pipeline_id"),
    };
}
