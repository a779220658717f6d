using System.Text.Json.Nodes;
using Gantry.Pipelines.Model;

namespace Gantry.Coordinator.Creation;

/// <summary>
/// The step that <c>release</c> becomes: one call of <c>glab release create</c> (ci-yaml §15.11). Texts stand in double
/// quotes, because variables in them are the shell's to expand, as with GitLab.
/// </summary>
internal static class ReleaseScript
{
    public static IReadOnlyList<string> Lines(ReleaseModel release)
    {
        var call = new List<string> { "glab", "-R", "\"$CI_PROJECT_PATH\"", "release", "create", Quote(release.TagName) };
        void Add(string option, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                call.AddRange([option, Quote(value)]);
            }
        }

        Add("--name", release.Name);
        Add("--experimental-notes-text-or-file", release.Description);
        Add("--ref", release.Ref ?? "$CI_COMMIT_SHA");
        Add("--tag-message", release.TagMessage);
        Add("--released-at", release.ReleasedAt);
        foreach (var milestone in release.Milestones)
        {
            Add("--milestone", milestone);
        }

        if (release.Links.Count > 0)
        {
            Add("--assets-links", Links(release.Links));
        }

        call.AddRange(["--no-update", "--no-close-milestone"]);
        return [string.Join(' ', call)];
    }

    private static string Links(IReadOnlyList<ReleaseLinkModel> links)
    {
        var array = new JsonArray();
        foreach (var link in links)
        {
            var item = new JsonObject { ["name"] = link.Name, ["url"] = link.Url };
            if (link.FilePath is not null)
            {
                item["direct_asset_path"] = link.FilePath;
            }

            if (link.LinkType is not null)
            {
                item["link_type"] = link.LinkType;
            }

            array.Add((JsonNode)item);
        }

        return array.ToJsonString();
    }

    private static string Quote(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("`", "\\`", StringComparison.Ordinal) + "\"";
}
