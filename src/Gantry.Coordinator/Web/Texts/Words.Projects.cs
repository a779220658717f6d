namespace Gantry.Coordinator.Web.Texts;

/// <content>Projects list and project home.</content>
internal sealed partial class Words
{
    public string SearchProjects => T("Search projects", "搜索项目");

    public string NewProject => T("New project", "新建项目");

    public string NoProjects => T("No projects yet", "还没有项目");

    public string NoProjectsHint => T("A project holds a repository, its pipelines and its runners.", "项目包含一个仓库及其流水线和 Runner。");

    public string NoProjectsFound => T("No project matches.", "没有匹配的项目。");

    public string ProjectPath => T("Path", "路径");

    public string ProjectPathHelp => T("group/project: lower-case letters, digits, dashes, dots and underscores.", "group/project：小写字母、数字、短横线、点和下划线。");

    public string ProjectTaken => T("There is already a project or group of this path.", "此路径已被项目或群组使用。");

    public string Description => T("Description", "描述");

    public string Visibility => T("Visibility", "可见性");

    public string Private => T("Private", "私有");

    public string Internal => T("Internal", "内部");

    public string Public => T("Public", "公开");

    public string CreateProject => T("Create project", "创建项目");

    public string Branches => T("Branches", "分支");

    public string Tags => T("Tags", "标签");

    public string LastCommits => T("Latest commits", "最近提交");

    public string CloneAddress => T("Clone over HTTP", "HTTP 克隆地址");

    public string DefaultBranch => T("default", "默认");

    public string EmptyRepository => T("The repository is empty", "仓库为空");

    public string EmptyRepositoryHint => T("Push a first commit to see its pipeline run:", "推送第一个提交，即可看到流水线运行：");

    public string NoPipeline => T("No pipeline", "无流水线");

    public string Updated => T("Updated", "更新于");

    public string AllBranches(int count) => T(Plural(count, "branch", "branches"), $"{count} 个分支");

    public string LatestPipelines => T("Latest pipelines", "最近的流水线");

    public string Files => T("Files", "文件");

    public string Commits => T("Commits", "提交");

    public string NoCommits => T("No commits", "没有提交");

    public string History => T("History", "历史");

    public string Rendered => T("Rendered", "渲染");

    public string PlainText => T("Source", "源代码");

    public string LineCount(int count) => T(Plural(count, "line", "lines"), $"{count} 行");

    public string NotShown => T("This file is not text, or too large to show.", "此文件不是文本，或过大而无法显示。");

    public string ParentCommit => T("Parent", "父提交");

    public string ChangedFiles(int count) => T(Plural(count, "changed file", "changed files"), $"{count} 个文件有变更");

    public string DiffTooLong => T("The changes are too many to show line by line.", "变更过多，无法逐行显示。");

    public string Binary => T("binary", "二进制");
}
