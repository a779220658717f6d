using AspNetCoreGeneratedDocument;
using Gantry.Pipelines.Problems;
using RazorSlices;

namespace Gantry.Coordinator.Web.Views;

/// <summary>
/// The pages and their parts, one per <c>.cshtml</c> file of this folder. Written by hand because the generated proxies are
/// public and would make every model public too.
/// </summary>
internal static class Slice
{
    public static RazorSlice Act(ActView model) => new Web_Views_Act { Model = model };

    public static RazorSlice AdminRunners(AdminRunnersView model) => new Web_Views_AdminRunners { Model = model };

    public static RazorSlice Badges(BadgesView model) => new Web_Views_Badges { Model = model };

    public static RazorSlice PathTrail(PathView model) => new Web_Views_PathTrail { Model = model };

    public static RazorSlice CommitLine(CommitLineView model) => new Web_Views_CommitLine { Model = model };

    public static RazorSlice Folder(FolderView model) => new Web_Views_Folder { Model = model };

    public static RazorSlice Tree(FolderView model) => new Web_Views_Tree { Model = model };

    public static RazorSlice File(FileView model) => new Web_Views_File { Model = model };

    public static RazorSlice Commits(CommitsView model) => new Web_Views_Commits { Model = model };

    public static RazorSlice Commit(CommitView model) => new Web_Views_Commit { Model = model };

    public static RazorSlice Branches(BranchesView model) => new Web_Views_Branches { Model = model };

    public static RazorSlice AdminJobs(AdminJobsView model) => new Web_Views_AdminJobs { Model = model };

    public static RazorSlice Artifacts(ArtifactsView model) => new Web_Views_Artifacts { Model = model };

    public static RazorSlice Terminal(TerminalView model) => new Web_Views_Terminal { Model = model };

    public static RazorSlice Environments(EnvironmentsView model) => new Web_Views_Environments { Model = model };

    public static RazorSlice General(GeneralView model) => new Web_Views_General { Model = model };

    public static RazorSlice Health(HealthView model) => new Web_Views_Health { Model = model };

    public static RazorSlice LintAnswer(LintView model) => new Web_Views_LintAnswer { Model = model };

    public static RazorSlice Members(MembersView model) => new Web_Views_Members { Model = model };

    public static RazorSlice Password(PasswordView model) => new Web_Views_Password { Model = model };

    public static RazorSlice ScheduleForm(ScheduleFormView model) => new Web_Views_ScheduleForm { Model = model };

    public static RazorSlice Schedules(SchedulesView model) => new Web_Views_Schedules { Model = model };

    public static RazorSlice SubNav(SubNavView model) => new Web_Views_SubNav { Model = model };

    public static RazorSlice Tests(TestsView model) => new Web_Views_Tests { Model = model };

    public static RazorSlice Timing(TimingView model) => new Web_Views_Timing { Model = model };

    public static RazorSlice Tokens(TokensView model) => new Web_Views_Tokens { Model = model };

    public static RazorSlice Triggers(TriggersView model) => new Web_Views_Triggers { Model = model };

    public static RazorSlice Users(UsersView model) => new Web_Views_Users { Model = model };

    public static RazorSlice VariableForm(VariableFormView model) => new Web_Views_VariableForm { Model = model };

    public static RazorSlice Variables(VariablesView model) => new Web_Views_Variables { Model = model };

    public static RazorSlice Frame(FrameView model) => new Web_Views_Frame { Model = model };

    public static RazorSlice Job(JobView model) => new Web_Views_Job { Model = model };

    public static RazorSlice JobAct(JobActView model) => new Web_Views_JobAct { Model = model };

    public static RazorSlice JobButtons(JobView model) => new Web_Views_JobButtons { Model = model };

    public static RazorSlice JobSide(JobView model) => new Web_Views_JobSide { Model = model };

    public static RazorSlice JobTable(JobTableView model) => new Web_Views_JobTable { Model = model };

    public static RazorSlice JobWaits(JobView model) => new Web_Views_JobWaits { Model = model };

    public static RazorSlice Jobs(JobsView model) => new Web_Views_Jobs { Model = model };

    public static RazorSlice Message(MessageView model) => new Web_Views_Message { Model = model };

    public static RazorSlice MiniStage(MiniStageView model) => new Web_Views_MiniStage { Model = model };

    public static RazorSlice Lint(LintView model) => new Web_Views_Lint { Model = model };

    public static RazorSlice NewProject(NewProjectView model) => new Web_Views_NewProject { Model = model };

    public static RazorSlice Problem(Problem model) => new Web_Views_Problem { Model = model };

    public static RazorSlice NewPipeline(NewPipelineView model) => new Web_Views_NewPipeline { Model = model };

    public static RazorSlice NewRunner(NewRunnerView model) => new Web_Views_NewRunner { Model = model };

    public static RazorSlice Pager(PagerView model) => new Web_Views_Pager { Model = model };

    public static RazorSlice Pill(PillView model) => new Web_Views_Pill { Model = model };

    public static RazorSlice Pipeline(PipelineView model) => new Web_Views_Pipeline { Model = model };

    public static RazorSlice PipelineItem(PipelineItem model) => new Web_Views_PipelineItem { Model = model };

    public static RazorSlice Pipelines(PipelinesView model) => new Web_Views_Pipelines { Model = model };

    public static RazorSlice Project(ProjectView model) => new Web_Views_Project { Model = model };

    public static RazorSlice Projects(ProjectsView model) => new Web_Views_Projects { Model = model };

    public static RazorSlice Register(RegisterView model) => new Web_Views_Register { Model = model };

    public static RazorSlice Runner(RunnerItem model) => new Web_Views_Runner { Model = model };

    public static RazorSlice RunnerCreated(RunnerCreatedView model) => new Web_Views_RunnerCreated { Model = model };

    public static RazorSlice RunnerPage(RunnerView model) => new Web_Views_RunnerPage { Model = model };

    public static RazorSlice Runners(RunnersView model) => new Web_Views_Runners { Model = model };

    public static RazorSlice SignIn(SignInView model) => new Web_Views_SignIn { Model = model };

    public static RazorSlice Stage(StageColumnView model) => new Web_Views_Stage { Model = model };

    public static RazorSlice VariableRows(VariableRowsView model) => new Web_Views_VariableRows { Model = model };
}
