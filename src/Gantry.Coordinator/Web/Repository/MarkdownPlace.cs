using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Repository;

/// <summary>Where a Markdown file lies: what its relative links mean.</summary>
/// <param name="Project">The project.</param>
/// <param name="Ref">Branch, tag or id of the address.</param>
/// <param name="Folder">Of the file, without slashes around it.</param>
internal sealed record MarkdownPlace(ProjectRow Project, string Ref, string Folder)
{
    public string Blob(string url) => To(url, WebPath.Blob);

    public string Raw(string url) => To(url, WebPath.Raw);

    private string To(string url, Func<ProjectRow, string, string, string> address)
    {
        var end = url.IndexOfAny(['?', '#']);
        var (path, rest) = end < 0 ? (url, "") : (url[..end], url[end..]);
        return address(Project, Ref, Resolve(Uri.UnescapeDataString(path))) + rest;
    }

    private string Resolve(string path)
    {
        var parts = path.StartsWith('/') ? [] : new List<string>(Folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }
}
