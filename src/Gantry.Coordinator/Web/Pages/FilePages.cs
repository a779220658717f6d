using System.Text;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Web.Repository;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Folders and files of a repository.</summary>
internal static class FilePages
{
    // What a browser shows as lines without pain; larger files are a download.
    private const int LargestShown = 1024 * 1024;
    private const int LargestReadme = 256 * 1024;

    public static async Task TreeAsync(ProjectVisit visit, string[] parts)
    {
        var place = await FindAsync(visit, parts);
        var folder = await FolderAsync(visit, place);
        if (folder.Entries.Count == 0 && place.Path.Length > 0)
            throw ApiException.NotFound("Tree");
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Files, place.Path.Length > 0 ? place.Path : place.Ref, Slice.Tree(folder)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static async Task BlobAsync(ProjectVisit visit, string[] parts)
    {
        var place = await FindAsync(visit, parts);
        var size = await new CommitChanges(visit.Services.Repositories, visit.Project.Id).SizeAsync(place.Sha, place.Path, visit.Cancellation);
        if (place.Path.Length == 0 || size is null)
            throw ApiException.NotFound("File");
        var bytes = size <= LargestShown ? await visit.Repository.FileAsync(place.Sha, place.Path, visit.Cancellation) : null;
        if (bytes is null && size <= LargestShown)
        {
            visit.Request.GoTo(WebPath.Tree(visit.Project, place.Ref, place.Path));
            return;
        }

        var text = bytes is not null && FileKind.IsText(bytes) ? Encoding.UTF8.GetString(bytes).TrimStart('\ufeff') : null;
        var isMarkdown = text is not null && MarkdownText.IsMarkdown(place.Path);
        var view = new FileView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Place = place,
            Size = size.Value,
            Text = text,
            IsMarkdown = isMarkdown,
            Markdown = isMarkdown && visit.Request.Query("plain") != "1" ? MarkdownText.Render(text!, PlaceOf(visit, place.Ref, place.Path)) : null,
            Last = await LastAsync(visit, place),
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Files, place.Path, Slice.File(view)));
    }

    /// <summary>
    /// The bytes. Hostile ones: text is text whatever it looks like, an image is sandboxed, anything else is a download.
    /// </summary>
    public static async Task RawAsync(ProjectVisit visit, string[] parts)
    {
        var place = await FindAsync(visit, parts);
        var bytes = place.Path.Length > 0 ? await visit.Repository.FileAsync(place.Sha, place.Path, visit.Cancellation) : null;
        if (bytes is null)
            throw ApiException.NotFound("File");
        await visit.Request.SendFileAsync(place.Path, bytes);
    }

    public static async Task<FolderView> FolderAsync(ProjectVisit visit, RefPath place)
    {
        var entries = await visit.Repository.TreeAsync(place.Sha, place.Path, recursive: false, visit.Cancellation);
        var sorted = entries.OrderBy(entry => entry.Type == "blob").ThenBy(entry => entry.Name, NaturalOrder.Instance).ToList();
        var readme = await ReadmeAsync(visit, place, sorted);
        return new FolderView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Place = place,
            Entries = sorted,
            Last = await LastAsync(visit, place),
            ReadmeName = readme?.Name,
            Readme = readme?.Content,
        };
    }

    public static async Task<RefPath> FindAsync(ProjectVisit visit, string[] parts) =>
        await RefPath.ResolveAsync(visit.Repository, parts, visit.Cancellation) ?? throw ApiException.NotFound("Commit");

    private static async Task<CommitItem?> LastAsync(ProjectVisit visit, RefPath place)
    {
        var found = await visit.Repository.LogAsync(new CommitQuery(place.Sha, place.Path.Length > 0 ? place.Path : null, Take: 1), visit.Cancellation);
        return found is [var commit, ..] ? await visit.ReadAsync(session => CommitPages.Item(session, visit.Project.Id, commit)) : null;
    }

    private static async Task<(string Name, IHtmlContent Content)?> ReadmeAsync(ProjectVisit visit, RefPath place, IReadOnlyList<GitTreeEntry> entries)
    {
        var entry = entries.Where(entry => entry.Type == "blob" && Path.GetFileNameWithoutExtension(entry.Name).Equals("readme", StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(entry => MarkdownText.IsMarkdown(entry.Name)).FirstOrDefault();
        if (entry is null || await visit.Repository.FileAsync(place.Sha, entry.Path, visit.Cancellation) is not { Length: < LargestReadme } bytes || !FileKind.IsText(bytes))
            return null;
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\ufeff');
        return (entry.Name, MarkdownText.IsMarkdown(entry.Name) ? MarkdownText.Render(text, PlaceOf(visit, place.Ref, entry.Path)) : new PlainText(text));
    }

    private static MarkdownPlace PlaceOf(ProjectVisit visit, string refName, string path) =>
        new(visit.Project, refName, path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "");
}
