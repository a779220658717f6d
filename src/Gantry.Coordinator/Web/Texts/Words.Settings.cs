namespace Gantry.Coordinator.Web.Texts;

/// <content>Settings of a project, tokens, and the server's own pages.</content>
internal sealed partial class Words
{
    public string General => T("General", "通用");

    public string Name => T("Name", "名称");

    public string DefaultBranchField => T("Default branch", "默认分支");

    public string ConfigPath => T("CI/CD configuration file", "CI/CD 配置文件");

    public string GitStrategy => T("Git strategy", "Git 策略");

    public string GitFetch => T("fetch: faster, keeps the work tree", "fetch：更快，保留工作区");

    public string GitClone => T("clone: anew for every job", "clone：每个作业重新克隆");

    public string GitDepth => T("Git depth", "Git 深度");

    public string GitDepthHelp => T("Commits fetched for a job; 0 is the whole history.", "作业获取的提交数；0 表示完整历史。");

    public string JobTimeout => T("Job timeout in minutes", "作业超时（分钟）");

    public string JobTimeoutHelp => T("From 10 minutes to 30 days; a job may set its own.", "10 分钟到 30 天；作业可自行设置。");

    public string AutoCancelField => T("Cancel redundant pipelines: a new commit stops the older pipelines of its branch", "自动取消冗余流水线：新提交会停止同一分支的旧流水线");

    public string SeparateCachesField => T("Separate caches for protected branches", "为受保护分支使用单独的缓存");

    public string Save => T("Save changes", "保存更改");

    public string Saved => T("Saved.", "已保存。");

    public string GeneralInvalid => T("Check the marked fields: name and branch must not be empty, depth is 0 to 1000, the timeout 10 minutes to 30 days.", "请检查：名称和分支不能为空，深度为 0 到 1000，超时为 10 分钟到 30 天。");

    public string ProtectedRefs => T("Protected branches and tags", "受保护的分支和标签");

    public string ProtectedRefsHelp => T("Only maintainers push to them; their jobs see protected variables and may use protected runners. * matches any text.", "只有维护者可以推送；其作业可使用受保护的变量和 Runner。* 匹配任意文本。");

    public string Pattern => T("Name or pattern", "名称或模式");

    public string Protect => T("Protect", "保护");

    public string Branch => T("Branch", "分支");

    public string TagWord => T("Tag", "标签");

    public string Unprotect(string pattern) => T($"Unprotect {pattern}", $"取消保护 {pattern}");

    public string ProjectVariablesHelp => T("Every job gets them as environment variables or as files.", "每个作业都会以环境变量或文件的形式获得它们。");

    public string InstanceVariablesHelp => T("Jobs of all projects get them.", "所有项目的作业都会获得它们。");

    public string NoVariables => T("No variables", "没有变量");

    public string NewVariable => T("Add a variable", "添加变量");

    public string Edit => T("Edit", "编辑");

    public string EditOf(string name) => T($"Edit {name}", $"编辑 {name}");

    public string Delete => T("Delete", "删除");

    public string DeleteVariableConfirm(string key) => T($"Delete the variable {key}?", $"删除变量 {key}？");

    public string Reveal => T("Show or hide the value", "显示或隐藏值");

    public string HiddenValue => T("hidden", "已隐藏");

    public string KeepValueHelp => T("Leave empty to keep the value.", "留空则保留原值。");

    public string EnvironmentScope => T("Environments", "环境范围");

    public string EnvironmentScopeHelp => T("* for all, a name, or a pattern such as review/*", "* 表示全部，或名称，或 review/* 之类的模式");

    public string FlagProtected => T("Protected: only for protected branches and tags", "受保护：仅用于受保护的分支和标签");

    public string FlagMasked => T("Masked in job logs: at least 8 characters, no spaces", "在作业日志中隐藏：至少 8 个字符，不含空格");

    public string FlagHidden => T("Masked, and never shown again", "隐藏，且不再显示");

    public string FlagRaw => T("Do not expand references to other variables", "不展开对其他变量的引用");

    public string ShortProtected => T("protected", "受保护");

    public string ShortMasked => T("masked", "已掩码");

    public string ShortRaw => T("raw", "原样");

    public string ShortFile => T("file", "文件");

    public string VariableProblem(string field) => field switch
    {
        "key" => T("The key may hold letters, digits and _ only, and must not be empty.", "键只能包含字母、数字和下划线，且不能为空。"),
        "taken" => T("There is already a variable of this key for these environments.", "此键在该环境范围内已存在。"),
        _ => T("A masked value has 8 to 10,000 characters, all on one line and without spaces; unless raw, only letters, digits and _+=/@:.~- are possible.", "掩码的值需为 8 到 10,000 个字符，单行且不含空格；非原样时只能包含字母、数字和 _+=/@:.~-。"),
    };

    public string Triggers => T("Trigger tokens", "触发令牌");

    public string TriggersHelp => T("Whoever has one may start pipelines of this project over the API.", "持有者可以通过 API 启动此项目的流水线。");

    public string NoTriggers => T("No trigger tokens", "没有触发令牌");

    public string AddTrigger => T("Add trigger token", "添加触发令牌");

    public string LastUsed => T("Last used", "上次使用");

    public string NeverUsed => T("never used", "从未使用");

    public string Revoke => T("Revoke", "吊销");

    public string RevokeConfirm(string name) => T($"Revoke {name}? What uses it stops working.", $"吊销 {name}？使用它的程序将无法继续工作。");

    public string AccessTokens => T("Personal access tokens", "个人访问令牌");

    public string AccessTokensHelp => T("For git over HTTP, the API and signing in, in place of a password.", "用于 HTTP 上的 git、API 以及登录，可代替密码。");

    public string NoTokens => T("No active tokens", "没有有效的令牌");

    public string AddToken => T("Add token", "添加令牌");

    public string TokenName => T("Token name", "令牌名称");

    public string ExpiresOn => T("Expires on", "到期日");

    public string NeverExpires => T("never expires", "永不过期");

    public string ExpiresAt(string date) => T($"expires {date}", $"{date} 到期");

    public string Scopes => T("Scopes", "权限范围");

    public string ScopeHelp(string scope) => scope switch
    {
        "api" => T("everything over the API and these pages", "API 和页面上的全部操作"),
        "read_user" => T("reads who it belongs to", "读取所属用户"),
        "create_runner" => T("creates runners", "创建 Runner"),
        "read_api" => T("reads over the API", "通过 API 读取"),
        "read_repository" => T("clones and fetches", "克隆和拉取"),
        "write_repository" => T("pushes", "推送"),
        _ => scope,
    };

    public string TokenMade => T("The new token. It is shown only now: keep it somewhere safe.", "新令牌。仅显示这一次，请妥善保存。");

    public string TokenInvalid => T("Give a name and at least one scope; a day of expiry must lie in the future.", "请填写名称并至少选择一个权限范围；到期日必须晚于今天。");

    public string CurrentSession => T("this session", "当前会话");

    public string Admin => T("Admin", "管理");

    public string AdminJobs => T("Jobs of all projects", "所有项目的作业");

    public string Health => T("Health", "运行状况");

    public string RunningSince => T("Started", "启动于");

    public string MemoryUsed => T("Memory", "内存");

    public string DataFolder => T("Data folder", "数据目录");

    public string DiskFree => T("Free disk space", "可用磁盘空间");

    public string OnlineRunners => T("Online runners", "在线 Runner");

    public string WaitingJobs => T("Waiting jobs", "等待中的作业");

    public string RunningJobs => T("Running jobs", "运行中的作业");

    public string OldestWaiting => T("Longest wait", "最长等待");

    public string DatabaseSize => T("Database", "数据库");

    public string None => T("none", "无");
}
