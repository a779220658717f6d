namespace Gantry.Coordinator.Web.Texts;

/// <content>The vocabulary of statuses (the reference's §1) and of failures.</content>
internal sealed partial class Words
{
    public string Passed => T("Passed", "已通过");

    public string Warning => T("Warning", "警告");

    public string Failed => T("Failed", "失败");

    public string FailedAllowed => T("Failed (allowed)", "失败（已允许）");

    public string Running => T("Running", "运行中");

    public string Pending => T("Pending", "等待中");

    public string Preparing => T("Preparing", "准备中");

    public string WaitingForResource => T("Waiting for resource", "等待资源");

    public string Waiting => T("Waiting", "等待回调");

    public string Created => T("Created", "已创建");

    public string Manual => T("Manual", "手动");

    public string Blocked => T("Blocked", "已阻塞");

    public string Delayed => T("Delayed", "已延迟");

    public string Canceling => T("Canceling", "取消中");

    public string Canceled => T("Canceled", "已取消");

    public string Skipped => T("Skipped", "已跳过");

    public string Online => T("Online", "在线");

    public string Offline => T("Offline", "离线");

    public string Stale => T("Stale", "已过期");

    public string NeverContacted => T("Never contacted", "从未连接");

    public string Paused => T("Paused", "已暂停");

    public string Active => T("Active", "工作中");
}
