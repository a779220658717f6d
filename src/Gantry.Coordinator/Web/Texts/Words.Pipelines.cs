namespace Gantry.Coordinator.Web.Texts;

/// <content>Pipelines list, new pipeline, pipeline page.</content>
internal sealed partial class Words
{
    public string All => T("All", "全部");

    public string Finished => T("Finished", "已完成");

    public string NewPipeline => T("New pipeline", "新建流水线");

    public string RunPipeline => T("Run pipeline", "运行流水线");

    public string ClearCaches => T("Clear runner caches", "清除 Runner 缓存");

    public string ClearCachesConfirm => T("Jobs will start with empty caches. Clear them?", "之后的作业将从空缓存开始。确定清除吗？");

    public string CachesCleared => T("The caches are cleared.", "缓存已清除。");

    public string NoPipelines => T("No pipelines yet", "还没有流水线");

    public string NoPipelinesHint => T("Add a .gitlab-ci.yml to the repository and push it. This is enough to begin:", "在仓库中添加 .gitlab-ci.yml 并推送。以下内容即可开始：");

    public string NoPipelinesMatch => T("No pipeline matches.", "没有匹配的流水线。");

    public string FilterRef => T("Branch or tag", "分支或标签");

    public string FilterStatus => T("Status", "状态");

    public string AnyStatus => T("Any status", "所有状态");

    public string Filter => T("Filter", "筛选");

    public string Latest => T("latest", "最新");

    public string YamlInvalid => T("yaml invalid", "YAML 无效");

    public string AutoCanceled => T("auto-canceled", "自动取消");

    public string SourceOf(string source) => T(SourceEnglish(source), SourceChinese(source));

    public string RetryPipeline => T("Retry", "重试");

    public string RetryPipelineHint => T("Run failed and canceled jobs again", "重新运行失败和已取消的作业");

    public string CancelPipeline => T("Cancel pipeline", "取消流水线");

    public string Retry => T("Retry", "重试");

    public string Cancel => T("Cancel", "取消");

    public string Play => T("Run", "运行");

    public string StartNow => T("Start now", "立即开始");

    public string Unschedule => T("Unschedule", "取消计划");

    public string CreatedBy => T("Created by", "创建者");

    public string CreatedAt => T("Created", "创建于");

    public string FinishedAt => T("Finished", "完成于");

    public string Duration => T("Duration", "耗时");

    public string QueuedFor => T("Queued", "排队");

    public string CommitWord => T("Commit", "提交");

    public string JobCount(int count) => T(Plural(count, "job", "jobs"), $"{count} 个作业");

    public string PipelineTab => T("Pipeline", "流水线");

    public string FailedJobs => T("Failed jobs", "失败的作业");

    public string NoFailedJobs => T("No job has failed.", "没有失败的作业。");

    public string NoLog => T("This job has no log.", "此作业没有日志。");

    public string ConfigurationErrors => T("The configuration is not valid", "配置无效");

    public string Warnings => T("Warnings", "警告");

    public string PipelineTitle(long id) => T($"Pipeline #{id}", $"流水线 #{id}");

    public string StageOf(string stage, string status) => T($"{stage}: {status}", $"{stage}：{status}");

    public string RunAllManual => T("Run all manual jobs of this stage", "运行此阶段的所有手动作业");

    public string ParentPipeline => T("Parent pipeline", "父流水线");

    public string Downstream => T("Downstream", "下游");

    public string NewPipelineFor => T("Run for branch or tag", "运行的分支或标签");

    public string Inputs => T("Inputs", "输入");

    public string InputIsList => T("A list as JSON, such as [\"a\", \"b\"].", "JSON 格式的列表，例如 [\"a\", \"b\"]。");

    public string Variables => T("Variables", "变量");

    public string VariablesHelp => T("These variables win over those of the project and the configuration.", "这些变量优先于项目和配置中的变量。");

    public string VariableType => T("Type", "类型");

    public string VariableEnv => T("Variable", "变量");

    public string VariableFile => T("File", "文件");

    public string VariableKey => T("Key", "键");

    public string VariableValue => T("Value", "值");

    public string AddVariable => T("Add variable", "添加变量");

    public string Remove => T("Remove", "移除");

    public string PipelineRefused => T("The pipeline could not be created", "无法创建流水线");

    private static string SourceEnglish(string source) => source switch
    {
        "merge_request_event" => "merge request",
        "schedule" => "scheduled",
        "trigger" => "trigger token",
        "parent_pipeline" => "child pipeline",
        _ => source.Replace('_', ' '),
    };

    private static string SourceChinese(string source) => source switch
    {
        "push" => "推送",
        "web" => "网页",
        "api" => "API",
        "merge_request_event" => "合并请求",
        "schedule" => "定时",
        "trigger" => "触发令牌",
        "parent_pipeline" => "子流水线",
        "pipeline" => "多项目流水线",
        _ => source,
    };

    public string NeedsTab => T("Dependencies", "依赖关系");

    public string TimingTab => T("Timing", "耗时");

    public string NothingRan => T("Nothing ran yet", "尚未运行任何作业");

    public string LegendWaits => T("waits for a runner", "等待 Runner");

    public string LegendRuns => T("runs", "运行");

    public string GapsAreCut => T("Spans in which nothing happened are cut short.", "没有活动的时段已缩短显示。");

    public string TestsWord => T("Tests", "测试");

    public string NoTests => T("No test reports", "没有测试报告");

    public string NoTestsHint => T("Jobs with artifacts:reports:junit show their tests here.", "带有 artifacts:reports:junit 的作业会在此显示测试结果。");

    public string TestCount(int count) => T(Plural(count, "test", "tests"), $"{count} 个测试");

    public string FailedCount(int count) => T($"{count} failed", $"{count} 个失败");

    public string MoreTests(int count) => T($"and {count} more", $"另有 {count} 个");
}
