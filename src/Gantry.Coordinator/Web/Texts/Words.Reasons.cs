namespace Gantry.Coordinator.Web.Texts;

/// <content>GitLab's failure reasons as sentences.</content>
internal sealed partial class Words
{
    /// <summary>A job's or pipeline's <c>failure_reason</c>; an unknown one as it is.</summary>
    public string Reason(string reason) => reason switch
    {
        "script_failure" => T("The script failed.", "脚本执行失败。"),
        "runner_system_failure" => T("The runner's system failed.", "Runner 系统故障。"),
        "stuck_or_timeout_failure" => T("It waited too long, or its runner fell silent.", "等待时间过长，或其 Runner 失去响应。"),
        "no_matching_runner" => T("No runner could take it.", "没有可用的 Runner。"),
        "job_execution_timeout" or "job_execution_server_timeout" => T("It ran longer than its timeout.", "运行时间超过了超时限制。"),
        "runner_unsupported" => T("The runner cannot do what the job asks for.", "Runner 不支持作业所需的功能。"),
        "runner_provider_error" => T("The runner's provider failed.", "Runner 的资源提供方故障。"),
        "missing_dependency_failure" => T("Artifacts of an earlier job are missing.", "缺少前面作业的产物。"),
        "unmet_prerequisites" => T("Something the job needs was not there.", "作业的前置条件未满足。"),
        "configuration_failure" or "job_configuration_error" => T("The job's configuration is wrong.", "作业配置有误。"),
        "config_error" => T("The configuration is not valid.", "配置无效。"),
        "data_integrity_failure" => T("The stored job is damaged.", "作业数据已损坏。"),
        "image_pull_failure" => T("The image could not be pulled.", "镜像拉取失败。"),
        "job_canceled" => T("It was canceled.", "已被取消。"),
        "api_failure" => T("The server did not answer the runner.", "服务器未能响应 Runner。"),
        "archived_failure" => T("The job is archived.", "作业已归档。"),
        "scheduler_failure" => T("It could not be given to a runner.", "无法分配给 Runner。"),
        "stale_schedule" => T("It should have started long ago.", "计划启动时间已过太久。"),
        "trace_size_exceeded" => T("Its log grew too large.", "日志过大。"),
        "downstream_pipeline_creation_failed" => T("The downstream pipeline could not be created.", "无法创建下游流水线。"),
        "upstream_bridge_project_not_found" or "downstream_bridge_project_not_found" => T("The project of the other pipeline was not found.", "未找到另一条流水线的项目。"),
        "insufficient_bridge_permissions" => T("Its user may not run the other pipeline.", "用户无权运行另一条流水线。"),
        "unknown_failure" => T("It failed for an unknown reason.", "失败，原因未知。"),
        _ => reason.Replace('_', ' '),
    };
}
