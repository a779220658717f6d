namespace Gantry.Coordinator.Web.Texts;

/// <content>Settings → runners, admin → runners, a runner.</content>
internal sealed partial class Words
{
    public string RunnerSettings => T("Runners", "Runner");

    public string RunnerSettingsHelp => T("Runners are the processes that run jobs. Any GitLab runner can register here.", "Runner 是运行作业的进程。任何 GitLab Runner 都可以在此注册。");

    public string CreateRunner => T("Create project runner", "创建项目 Runner");

    public string CreateRunnerHelp => T("Makes a runner with its settings here, and shows the command that registers a machine for it.", "在此设置 Runner，然后显示用于注册机器的命令。");

    public string RunnerTags => T("Tags", "标签");

    public string RunnerTagsHelp => T("Separated by commas. Jobs with tags only run on runners that have all of them.", "以逗号分隔。带标签的作业只在拥有全部标签的 Runner 上运行。");

    public string RunUntagged => T("Run jobs without tags", "运行没有标签的作业");

    public string RunProtected => T("Only jobs of protected branches and tags", "仅运行受保护分支和标签的作业");

    public string RunLocked => T("Only this project", "仅限此项目");

    public string StartPaused => T("Begin paused", "创建后暂停");

    public string MaximumTimeout => T("Maximum job timeout in seconds", "作业最长运行时间（秒）");

    public string TagsOrUntagged => T("Give tags, or let the runner take jobs without tags.", "请填写标签，或允许运行没有标签的作业。");

    public string TimeoutTooShort => T("The timeout must be at least 600 seconds.", "超时时间至少为 600 秒。");

    public string RegisterByToken => T("Register with the registration token", "使用注册令牌注册");

    public string RegisterByTokenHelp => T("The older way, still spoken by every runner: one token for the whole project.", "较早的方式，所有 Runner 都支持：整个项目使用一个令牌。");

    public string ServerAddress => T("Address", "地址");

    public string RegistrationToken => T("Registration token", "注册令牌");

    public string ResetToken => T("Reset token", "重置令牌");

    public string ResetTokenConfirm => T("Commands with the old token will stop working; registered runners stay. Reset it?", "使用旧令牌的命令将失效；已注册的 Runner 不受影响。确定重置吗？");

    public string TokenReset => T("There is a new registration token.", "注册令牌已更新。");

    public string WithGantry => T("With Gantry", "使用 Gantry");

    public string WithGitlabRunner => T("With gitlab-runner", "使用 gitlab-runner");

    public string ProjectRunners => T("Project runners", "项目 Runner");

    public string InstanceRunners => T("Instance runners", "实例 Runner");

    public string NoProjectRunners => T("No runner is registered for this project.", "此项目还没有注册 Runner。");

    public string NoInstanceRunners => T("There are no instance runners.", "没有实例 Runner。");

    public string NoRunners => T("No runners yet", "还没有 Runner");

    public string InstanceRunnersOff => T("This project does not use instance runners.", "此项目未启用实例 Runner。");

    public string TurnOn => T("Turn on", "启用");

    public string TurnOff => T("Turn off", "停用");

    public string LastContact => T("Last contact", "最后联系");

    public string Pause => T("Pause", "暂停");

    public string Resume => T("Resume", "恢复");

    public string RemoveRunner => T("Remove", "移除");

    public string RemoveRunnerConfirm(string name) => T($"Remove runner {name}? It cannot take jobs any more.", $"移除 Runner {name}？它将无法再领取作业。");

    public string RunnerRemoved => T("The runner is removed.", "Runner 已移除。");

    public string RunnerPaused => T("The runner is paused.", "Runner 已暂停。");

    public string RunnerResumed => T("The runner takes jobs again.", "Runner 已恢复。");

    public string Untagged => T("runs untagged jobs", "运行无标签作业");

    public string ProtectedOnly => T("protected refs only", "仅限受保护引用");

    public string LockedRunner => T("locked to its projects", "锁定到其项目");

    public string RunnerCreated => T("The runner is ready to be registered", "Runner 已就绪，等待注册");

    public string RunnerCreatedHelp => T("Run one of these on the machine that is to run jobs. The token is shown only now.", "在要运行作业的机器上执行以下任一命令。令牌仅显示这一次。");

    public string RunnerToken => T("Runner token", "Runner 令牌");

    public string WaitingForRunner => T("Waiting for a machine to register…", "正在等待机器注册……");

    public string StartRunner => T("Then start it there:", "然后在该机器上启动：");

    public string ToRunners => T("To the runners", "前往 Runner 列表");

    public string Machines => T("Machines", "机器");

    public string Version => T("Version", "版本");

    public string Platform => T("Platform", "平台");

    public string Executor => T("Executor", "执行器");

    public string Address => T("Address", "IP 地址");

    public string SystemId => T("System ID", "系统 ID");

    public string LastJobs => T("Latest jobs", "最近的作业");

    public string NoRunnerJobs => T("This runner has not run any jobs.", "此 Runner 尚未运行任何作业。");

    public string AdminRunners => T("Runners of this server", "本服务器的 Runner");

    public string InstanceToken => T("Instance registration token", "实例注册令牌");

    public string InstanceTokenHelp => T("A runner registered with it serves every project.", "使用此令牌注册的 Runner 为所有项目服务。");

    public string AssignedProjects => T("Projects", "项目");

    public string RunnerNumber(long id, string token) => T($"#{id} ({token})", $"#{id}（{token}）");
}
