namespace Gantry.Coordinator.Web.Texts;

/// <content>Sign-in and lint.</content>
internal sealed partial class Words
{
    public string AccessToken => T("Access token", "访问令牌");

    public string SignInHelp => T("Any personal access token with the api scope. The server wrote the owner's first one to the file root_token in its data folder.", "任何具有 api 权限的个人访问令牌。服务器已将所有者的首个令牌写入数据目录中的 root_token 文件。");

    public string SignInRefused => T("This token is not known, has expired, or lacks the api scope.", "令牌无效、已过期或缺少 api 权限。");

    public string SignInTooMany => T("Too many attempts. Wait a minute and try again.", "尝试次数过多，请一分钟后再试。");

    public string LintTitle => T("CI editor", "CI 编辑器");

    public string LintHelp => T("Checked while you type, as if it were pushed to the default branch.", "输入时即时校验，如同推送到默认分支。");

    public string LintContent => T("Configuration", "配置");

    public string LintCheck => T("Check", "校验");

    public string LintValid => T("The syntax is correct.", "语法正确。");

    public string LintInvalid => T("The configuration is not valid.", "配置无效。");

    public string LintJobs => T("Jobs of a pipeline", "流水线中的作业");

    public string LintEmpty => T("The result shows here.", "结果将显示在这里。");

    public string When => T("When", "运行时机");

    public string LintGraph => T("What waits for what", "依赖关系");

    public string CommitChanges => T("Commit changes", "提交更改");

    public string CommitMessage => T("Commit message", "提交信息");

    public string CommitMessageOf(string path) => T($"Update {path}", $"更新 {path}");

    public string WhenOf(Gantry.Pipelines.Model.JobWhen when) => when switch
    {
        Gantry.Pipelines.Model.JobWhen.OnFailure => T("on failure", "失败时"),
        Gantry.Pipelines.Model.JobWhen.Always => T("always", "总是"),
        Gantry.Pipelines.Model.JobWhen.Manual => T("manual", "手动"),
        Gantry.Pipelines.Model.JobWhen.Delayed => T("delayed", "延迟"),
        _ => T("on success", "成功时"),
    };
}
