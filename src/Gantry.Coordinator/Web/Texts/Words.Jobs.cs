using Gantry.Coordinator.Queue;

namespace Gantry.Coordinator.Web.Texts;

/// <content>Jobs table and job page.</content>
internal sealed partial class Words
{
    public string Job => T("Job", "作业");

    public string Stage => T("Stage", "阶段");

    public string Coverage => T("Coverage", "覆盖率");

    public string Terminal => T("Terminal", "终端");

    public string TerminalText => T(
        "What you type runs inside the job, as the job. When its script ends, the job waits until you leave.",
        "您输入的内容会以作业的身份在作业内部运行。脚本结束后，作业会一直等到您离开。");

    public string TerminalConnecting => T("Connecting to the job…", "正在连接作业…");

    public string TerminalClosed => T("The terminal is closed.", "终端已关闭。");

    public string TerminalTaken => T("Somebody else has a terminal in this job.", "其他人已在此作业中打开终端。");

    public string TerminalNotReady => T("The job's environment is not ready yet; try again in a moment.", "作业环境尚未就绪，请稍后再试。");

    public string TerminalUnreachable => T(
        "The runner does not answer at the address it gave ([session_server] advertise_address in its config.toml).",
        "Runner 没有在它给出的地址应答（其 config.toml 中的 [session_server] advertise_address）。");

    public string TerminalAgain => T("Connect again", "重新连接");

    public string Status => T("Status", "状态");

    public string NoJobs => T("No jobs yet", "还没有作业");

    public string StartedAt => T("Started", "开始于");

    public string Runner => T("Runner", "Runner");

    public string Timeout => T("Timeout", "超时");

    public string TimeoutFrom(string source) => T($"(from {source})", $"（来自 {source switch { "project" => "项目", "runner" => "Runner", _ => "作业" }}）");

    public string Source => T("Source", "来源");

    public string ExitCode => T("Exit code", "退出码");

    public string Attempts => T("Attempts", "重试次数");

    public string Artifacts => T("Job artifacts", "作业产物");

    public string ArtifactsExpire => T("Removed on", "删除时间：");

    public string ArtifactsKept => T("They are kept for good.", "永久保留。");

    public string Keep => T("Keep", "保留");

    public string Erase => T("Erase log and artifacts", "清除日志和产物");

    public string EraseConfirm => T("Erase the log and the artifacts of this job?", "清除此作业的日志和产物？");

    public string Erased => T("The log and the artifacts of this job were erased.", "此作业的日志和产物已被清除。");

    public string JobsOfStage(string stage) => T($"Jobs of {stage}", $"阶段 {stage} 的作业");

    public string Retried => T("retried", "已重试");

    public string AllowedToFail => T("allowed to fail", "允许失败");

    public string FailureReason => T("Why it failed", "失败原因");

    public string CreatedTitle => T("Not started yet", "尚未开始");

    public string CreatedText => T("The job starts once the jobs before it are done.", "前面的作业完成后，此作业才会开始。");

    public string PendingTitle => T("Waiting for a runner", "等待 Runner");

    public string PendingText => T("The job is ready and starts as soon as a runner takes it.", "作业已就绪，一旦有 Runner 领取就会开始。");

    public string StuckTitle => T("No runner can take this job", "没有可用的 Runner");

    public string StuckNone => T("No online runner serves this project.", "没有在线的 Runner 为此项目服务。");

    public string StuckTags => T("No online runner has all of the job's tags:", "没有在线 Runner 拥有此作业的全部标签：");

    public string WhyNot => T("What each runner says", "各 Runner 的情况");

    public string ManualTitle => T("This job is started by hand", "此作业需要手动启动");

    public string ManualText => T("It runs when someone presses the button. Variables given here win over all others.", "有人按下按钮后运行。此处的变量优先级最高。");

    public string DelayedTitle => T("This job starts later", "此作业稍后开始");

    public string DelayedText => T("It starts by itself when the time is up.", "时间到后将自动开始。");

    public string StartsIn => T("Starts in", "倒计时");

    public string ResourceTitle => T("Waiting for its turn", "等待资源");

    public string ResourceText => T("Another job of the same resource group is running.", "同一资源组的另一个作业正在运行。");

    public string SkippedTitle => T("Skipped", "已跳过");

    public string SkippedText => T("The jobs before it did not end in a way that this one runs after.", "前面作业的结果使此作业无需运行。");

    public string CanceledTitle => T("Canceled before it started", "开始前已取消");

    public string NoLogTitle => T("No log", "没有日志");

    public string RunJob => T("Run job", "运行作业");

    public string Bridge => T("Starts another pipeline", "触发另一条流水线");

    public string BridgeText => T("This job has no log: it starts a downstream pipeline.", "此作业没有日志：它会触发下游流水线。");

    public string LogLabel => T("Log of the job", "作业日志");

    public string LogSearch => T("Search log", "搜索日志");

    public string LogTimes => T("Times", "时间");

    public string LogFollow => T("Follow", "跟随");

    public string LogFailure => T("Next failure", "下一个错误");

    public string LogRaw => T("Raw", "原始日志");

    public string LogPrevious => T("Previous result", "上一个结果");

    public string LogNext => T("Next result", "下一个结果");

    public string LogTop => T("Scroll to top", "滚动到顶部");

    public string LogBottom => T("Scroll to bottom", "滚动到底部");

    public string LogFull => T("Full screen", "全屏");

    public string LogNothing => T("Nothing found", "未找到");

    public string LogNoScript => T("The live log needs JavaScript; the raw log does not:", "实时日志需要 JavaScript；原始日志不需要：");

    public string WouldTake => T("It would take the job when it asks next.", "下次请求时会领取此作业。");

    public string WhyNotText(Refusal why) => why switch
    {
        Refusal.Paused => T("It is paused.", "已暂停。"),
        Refusal.OtherProject => T("It is not assigned to this project.", "未分配给此项目。"),
        Refusal.InstanceRunnersDisabled => InstanceRunnersOff,
        Refusal.OnlyProtected => T("It takes only jobs of protected branches and tags.", "仅运行受保护分支和标签的作业。"),
        Refusal.Untagged => T("It takes only jobs with tags.", "仅运行带标签的作业。"),
        Refusal.MissingTags missing => T("It lacks the tags ", "缺少标签：") + string.Join(", ", missing.Tags),
        Refusal.MissingFeatures missing => T("It cannot do what the job needs: ", "不支持作业所需的功能：") + string.Join(", ", missing.Features),
        Refusal.NotOnline { Status: "never_contacted" } => T("It has never contacted this server.", "从未联系过此服务器。"),
        Refusal.NotOnline => T("It has not called for more than two hours.", "已超过两小时未联系。"),
        _ => why.Text,
    };

    public string Browse => T("Browse", "浏览");

    public string NoArtifactFiles => T("No files", "没有文件");

    public string ArtifactTooLarge => T("This file is too large to show. Download the whole archive instead.", "文件过大，无法显示。请下载完整的归档。");
}
