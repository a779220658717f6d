using System.Text.Encodings.Web;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Repository;

/// <summary>
/// Markdown of a repository as HTML. The text is hostile: markup of its own is dropped (its words stay), links keep only
/// the schemes http, https and mailto, images come from the repository alone, and ids get a prefix so that they cannot
/// stand for parts of the page.
/// </summary>
internal static class MarkdownText
{
    private const string IdPrefix = "doc-";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .Build();

    /// <summary>Whether a file of this name is shown as Markdown.</summary>
    public static bool IsMarkdown(string path) =>
        path.EndsWith(".md", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".markdown", StringComparison.OrdinalIgnoreCase);

    public static IHtmlContent Render(string text, MarkdownPlace place)
    {
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // Nested deeper than anybody writes: shown as it is.
            return new HtmlString($"<pre>{HtmlEncoder.Default.Encode(text)}</pre>");
        }

        foreach (var heading in document.Descendants<HeadingBlock>())
            Tame(heading);
        foreach (var table in document.Descendants<Table>())
            Tame(table);
        foreach (var link in document.Descendants<LinkInline>().ToList())
            Tame(link, place);
        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !link.IsEmail && SafeScheme(link.Url) is not true).ToList())
            link.ReplaceBy(new LiteralInline(link.Url), copyChildren: false);
        return new HtmlString(Write(document));
    }

    private static string Write(MarkdownDocument document)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<HtmlBlockRenderer>(new WordsOfBlock());
        renderer.ObjectRenderers.Replace<HtmlInlineRenderer>(new NoMarkup());
        renderer.ObjectRenderers.Replace<HtmlTaskListRenderer>(new TaskMark());
        renderer.Render(document);
        return writer.ToString();
    }

    // Below the headings of the page; and nothing of the page's own has an id with this prefix.
    private static void Tame(HeadingBlock heading)
    {
        heading.Level = Math.Min(6, heading.Level + 2);
        var attributes = heading.GetAttributes();
        if (attributes.Id is { } id)
            attributes.Id = IdPrefix + id;
    }

    // The renderer would write style attributes, which pages forbid: classes instead.
    private static void Tame(Table table)
    {
        var sides = table.ColumnDefinitions.Select(column => column.Alignment).ToList();
        foreach (var column in table.ColumnDefinitions)
            (column.Alignment, column.Width) = (null, 0);
        foreach (var row in table.OfType<TableRow>())
        {
            for (var i = 0; i < row.Count && i < sides.Count; i++)
            {
                if (sides[i] is { } side && side != TableColumnAlign.Left)
                    row[i].GetAttributes().AddClass(side == TableColumnAlign.Right ? "to-right" : "to-center");
            }
        }
    }

    private static void Tame(LinkInline link, MarkdownPlace place)
    {
        var url = new string([.. (link.GetDynamicUrl?.Invoke() ?? link.Url ?? "").Where(c => c > ' ')]);
        link.GetDynamicUrl = null;
        var scheme = SafeScheme(url);
        if (scheme is false)
        {
            link.Url = "";
            link.IsImage = false;
        }
        else if (scheme is true)
        {
            link.Url = url;
            link.GetAttributes().AddPropertyIfNotExist("rel", "nofollow noopener noreferrer");
        }
        else
        {
            link.Url = url.StartsWith('#') ? "#" + IdPrefix + url[1..] : link.IsImage ? place.Raw(url) : place.Blob(url);
        }

        if (link.IsImage && scheme is not null)
            BecomeLink(link);
    }

    // Pages fetch nothing from elsewhere: a foreign image is a link to it, or its words where it stands in a link already.
    private static void BecomeLink(LinkInline link)
    {
        var words = string.Concat(link.Descendants<LiteralInline>().Select(literal => literal.Content.ToString()));
        if (link.FindParentOfType<LinkInline>().Any(parent => parent != link))
        {
            link.ReplaceBy(new LiteralInline(words), copyChildren: false);
            return;
        }

        link.IsImage = false;
        if (words.Length == 0)
            link.AppendChild(new LiteralInline(link.Url ?? ""));
    }

    /// <summary>True for an allowed scheme, false for another or another host, null for an address inside the repository.</summary>
    private static bool? SafeScheme(string? url)
    {
        var text = new string([.. (url ?? "").Where(c => c > ' ')]);
        if (text.StartsWith("//", StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal))
            return false;
        var end = text.IndexOfAny([':', '/', '?', '#']);
        if (end < 0 || text[end] != ':')
            return null;
        return text[..end].ToLowerInvariant() is "http" or "https" or "mailto";
    }

    private sealed class NoMarkup : HtmlObjectRenderer<HtmlInline>
    {
        protected override void Write(HtmlRenderer renderer, HtmlInline obj)
        {
            if (obj.Tag.StartsWith("<br", StringComparison.OrdinalIgnoreCase))
                renderer.Write("<br>");
        }
    }

    private sealed class WordsOfBlock : HtmlObjectRenderer<HtmlBlock>
    {
        protected override void Write(HtmlRenderer renderer, HtmlBlock obj)
        {
            if (obj.Type is not (HtmlBlockType.NonInterruptingBlock or HtmlBlockType.InterruptingBlock))
                return;
            var words = Words(obj.Lines.ToString());
            if (words.Length > 0)
                renderer.Write("<p>").WriteEscape(words).Write("</p>");
        }

        private static string Words(string markup)
        {
            var text = new System.Text.StringBuilder(markup.Length);
            var inside = false;
            foreach (var c in markup)
            {
                inside = c == '<' || (inside && c != '>');
                if (!inside && c != '>')
                    text.Append(c);
            }

            return System.Net.WebUtility.HtmlDecode(text.ToString()).Trim();
        }
    }

    private sealed class TaskMark : HtmlObjectRenderer<TaskList>
    {
        protected override void Write(HtmlRenderer renderer, TaskList obj) => renderer.Write(obj.Checked ? "☑" : "☐");
    }
}
