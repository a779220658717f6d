using System.Text;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Commits the configuration of the editor, on a branch that exists or a new one.</summary>
internal static class EditorPages
{
    public static async Task CommitAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        var (project, user) = (visit.Project, visit.Request.User);
        var content = form["content"].ReplaceLineEndings("\n");
        var branch = form["branch"].Trim();
        var head = await visit.Repository.FindHeadAsync(branch, visit.Cancellation);
        var start = head is { IsTag: false } ? null : (await visit.Repository.FindHeadAsync(project.DefaultBranch, visit.Cancellation))?.Name;
        var exists = (head ?? (start is null ? null : await visit.Repository.FindHeadAsync(start, visit.Cancellation))) is { } from
            && await visit.Repository.FileAsync(from.Sha, project.CiConfigPath, visit.Cancellation) is not null;
        var order = new CommitOrder
        {
            Branch = branch,
            Start = start,
            Message = form["message"].Trim() is { Length: > 0 } message ? message : visit.Request.Words.CommitMessageOf(project.CiConfigPath),
            AuthorName = user.Name,
            AuthorEmail = user.Email,
            Expected = branch == project.DefaultBranch && form["expected"].Length > 0 ? form["expected"] : null,
            Changes = [new FileChange(exists ? "update" : "create", project.CiConfigPath) { Content = Encoding.UTF8.GetBytes(content) }],
        };
        switch (await visit.Services.Committing.CommitAsync(project, user, order, visit.Cancellation))
        {
            case CommitOutcome.Made { Change.After: { } sha }:
                visit.Request.GoTo(WebPath.Commit(project, sha));
                break;
            case CommitOutcome.Refused refused:
                await LintPages.ShowRefusedAsync(visit, form, refused.Message);
                break;
        }
    }
}
