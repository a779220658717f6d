namespace Gantry.Coordinator.Web.Texts;

/// <content>What surrounds every page.</content>
internal sealed partial class Words
{
    public string SkipToContent => T("Skip to content", "跳到正文");

    public string Projects => T("Projects", "项目");

    public string Overview => T("Overview", "概览");

    public string Pipelines => T("Pipelines", "流水线");

    public string Jobs => T("Jobs", "作业");

    public string Lint => T("Editor", "CI 编辑器");

    public string Settings => T("Settings", "设置");

    public string Runners => T("Runners", "Runner");

    public string SignIn => T("Sign in", "登录");

    public string SignOut => T("Sign out", "退出登录");

    public string SignedInAs(string name) => T($"Signed in as {name}", $"当前用户：{name}");

    public string Theme => T("Switch between light and dark", "切换浅色与深色");

    public string Account => T("Account", "账户");

    public string Yes => T("Yes, do it", "确定");

    public string No => T("Go back", "返回");

    public string Copied => T("Copied", "已复制");

    public string Copy => T("Copy", "复制");

    public string Download => T("Download", "下载");

    public string Newer => T("Newer", "较新");

    public string Older => T("Older", "较旧");

    public string PageOf(long page, long pages) => T($"Page {page} of {pages}", $"第 {page} 页，共 {pages} 页");

    public string Actions => T("Actions", "操作");

    public string NotFoundTitle => T("Nothing here", "页面不存在");

    public string NotFound => T("There is no such page, or you may not see it.", "没有这个页面，或者您无权查看。");

    public string ForbiddenTitle => T("Not allowed", "没有权限");

    public string Forbidden => T("You may not do this.", "您无权执行此操作。");

    public string RefusedTitle => T("That did not work", "操作失败");

    public string StaleForm => T("The page was open too long, or the request came from somewhere else. Go back, reload the page and try again.", "页面打开时间过长，或请求来自其他网站。请返回并刷新页面后重试。");

    public string BackHome => T("Back to the projects", "返回项目列表");

    /// <summary>What a form did, by the name it leaves for the next page; null for none.</summary>
    public string? Notice(string? name) => name switch
    {
        "caches" => CachesCleared,
        "saved" => Saved,
        "token" => TokenReset,
        "runner_removed" => RunnerRemoved,
        "runner_paused" => RunnerPaused,
        "runner_resumed" => RunnerResumed,
        _ => null,
    };
}
