namespace Gantry.Coordinator.Web.Texts;

/// <content>Sign-in and lint.</content>
internal sealed partial class Words
{
    public string AccessToken => T("Access token", "访问令牌");

    public string SignInHelp => T("Any personal access token with the api scope. The server wrote the owner's first one to the file root_token in its data folder.", "任何具有 api 权限的个人访问令牌。服务器已将所有者的首个令牌写入数据目录中的 root_token 文件。");

    public string SignInRefused => T("This token is not known, has expired, or lacks the api scope.", "令牌无效、已过期或缺少 api 权限。");

    public string SignInTooMany => T("Too many attempts. Wait a minute and try again.", "尝试次数过多，请一分钟后再试。");

    public string LintTitle => T("Check a CI configuration", "校验 CI 配置");

    public string LintHelp => T("Paste a .gitlab-ci.yml. Includes are read from this project.", "粘贴 .gitlab-ci.yml 内容。include 将从此项目读取。");

    public string LintContent => T("Configuration", "配置");

    public string LintCheck => T("Check", "校验");

    public string LintValid => T("The syntax is correct.", "语法正确。");

    public string LintInvalid => T("The configuration is not valid.", "配置无效。");

    public string LintJobs => T("Jobs of a pipeline", "流水线中的作业");

    public string LintEmpty => T("The result shows here.", "结果将显示在这里。");

    public string When => T("When", "运行时机");
}
