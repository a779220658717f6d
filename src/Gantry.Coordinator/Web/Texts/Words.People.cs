using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Texts;

/// <content>People, passwords, schedules.</content>
internal sealed partial class Words
{
    public string Members => T("Members", "成员");

    public string MembersHelp => T("Guests see public parts, reporters read, developers push and run, maintainers set up, owners decide.", "访客查看公开部分，报告者可读取，开发者可推送和运行，维护者可配置，所有者可决定一切。");

    public string NoMembers => T("No members", "没有成员");

    public string AddMember => T("Add member", "添加成员");

    public string RemoveMemberConfirm(string name) => T($"Remove {name} from this project?", $"将 {name} 移出此项目？");

    public string NoSuchUser(string name) => T($"There is no user {name}.", $"没有用户 {name}。");

    public string Role => T("Role", "角色");

    public string Username => T("User name", "用户名");

    public string UsernameOrEmail => T("User name or e-mail", "用户名或邮箱");

    public string Email => T("E-mail", "邮箱");

    public string Password => T("Password", "密码");

    public string Level(AccessLevel level) => level switch
    {
        AccessLevel.Guest => T("Guest", "访客"),
        AccessLevel.Reporter => T("Reporter", "报告者"),
        AccessLevel.Developer => T("Developer", "开发者"),
        AccessLevel.Maintainer => T("Maintainer", "维护者"),
        AccessLevel.Owner => T("Owner", "所有者"),
        _ => level.ToString(),
    };

    public string Users => T("Users", "用户");

    public string AddUser => T("Add user", "添加用户");

    public string UserRefused => T("The name is taken, or is not made of letters, digits, dots, dashes and underscores.", "名称已被占用，或包含字母、数字、点、短横线和下划线以外的字符。");

    public string MakeAdmin => T("Owner of this server: may do everything", "此服务器的所有者：可执行任何操作");

    public string Block => T("Block", "禁用");

    public string Unblock => T("Unblock", "解除禁用");

    public string UserBlocked => T("blocked", "已禁用");

    public string NewPasswordLink => T("New password link", "新的密码链接");

    public string PasswordLinkMade(string name) => T($"A link for {name}", $"{name} 的链接");

    public string PasswordLinkHelp => T("It sets their password once, within a day. Send it to nobody else.", "一天内可用来设置一次密码。请勿发送给其他人。");

    public string SetPassword => T("Set password", "设置密码");

    public string ChangePassword => T("Change password", "修改密码");

    public string CurrentPassword => T("Current password", "当前密码");

    public string NewPassword => T("New password", "新密码");

    public string PasswordAgain => T("New password again", "再次输入新密码");

    public string PasswordRule => T("8 to 128 characters.", "8 到 128 个字符。");

    public string PasswordsDiffer => T("The two passwords differ.", "两次输入的密码不一致。");

    public string WrongPassword => T("The current password is wrong.", "当前密码错误。");

    public string PasswordRefused => T("This name and password do not belong together.", "用户名或密码错误。");

    public string SignInWithToken => T("Sign in with an access token", "使用访问令牌登录");

    public string LinkUsedTitle => T("This link no longer works", "此链接已失效");

    public string LinkUsed => T("It was used already, or is older than a day. Ask the owner of this server for a new one.", "链接已被使用或已超过一天。请向服务器所有者索取新的链接。");

    public string Schedules => T("Schedules", "计划");

    public string NewSchedule => T("New schedule", "新建计划");

    public string NoSchedules => T("No schedules", "没有计划");

    public string NoSchedulesHint => T("A schedule starts a pipeline at fixed times, for example every night.", "计划会在固定时间启动流水线，例如每天夜间。");

    public string Inactive => T("inactive", "未启用");

    public string ScheduleActive => T("Active", "启用");

    public string NextRun => T("Next run", "下次运行");

    public string NoNextRun => T("Does not run", "不会运行");

    public string RunNow => T("Run now", "立即运行");

    public string TakeOwnership => T("Take ownership", "接管");

    public string DeleteScheduleConfirm(string name) => T($"Delete the schedule {name}?", $"删除计划 {name}？");

    public string Cron => T("Cron", "Cron 表达式");

    public string CronHelp => T("minute, hour, day of month, month, day of week", "分 时 日 月 星期");

    public string CronHourly => T("every hour", "每小时");

    public string CronDaily => T("every day at 4", "每天 4 点");

    public string CronWorkdays => T("workdays at 4", "工作日 4 点");

    public string CronWeekly => T("Sundays at 4", "每周日 4 点");

    public string TimeZone => T("Time zone", "时区");

    public string RefLabel => T("Branch or tag", "分支或标签");

    public string ScheduleProblem(string field) => field switch
    {
        "cron" => T("The cron line is not valid: five fields are expected, for example 0 4 * * *.", "Cron 表达式无效：应为五个字段，例如 0 4 * * *。"),
        "cron_timezone" => T("There is no such time zone.", "没有这个时区。"),
        "ref" => T("There is no such branch or tag.", "没有这个分支或标签。"),
        _ => T("Give a description.", "请填写描述。"),
    };

    public string Environments => T("Environments", "环境");

    public string NoEnvironments => T("No environments", "没有环境");

    public string NoEnvironmentsHint => T("Jobs with the keyword environment deploy to one; it appears here after the first.", "带有 environment 关键字的作业会部署到环境；首次部署后显示在这里。");

    public string EnvironmentState(string state) => state == "stopped" ? T("stopped", "已停止") : T("available", "可用");

    public string OpenEnvironment => T("Open", "打开");
}
