using System.Text.Encodings.Web;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Repository;

namespace Gantry.Coordinator.Tests.Web.Repository;

public sealed class MarkdownTextTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a <img src=x onerror=alert(1)> b")]
    [InlineData("<svg><script>alert(1)</script></svg>")]
    [InlineData("<div onclick=\"alert(1)\">\n\n<b>x</b>\n\n</div>")]
    [InlineData("<!-- --><iframe src=javascript:alert(1)>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](java\tscript:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](data:text/html,<script>alert(1)</script>)")]
    [InlineData("[x]: vbscript:alert(1)\n\n[x]")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](javascript:alert(1))")]
    [InlineData("[x](\\\\evil.example/y)")]
    [InlineData("```\"><script>alert(1)</script>\nx\n```")]
    [InlineData("# x {onclick=alert(1)}")]
    public void Hostile_text_becomes_no_markup_of_its_own(string text)
    {
        var html = Render(text);

        Assert.DoesNotMatch("(?i)<(script|img|svg|iframe|div|b)[ >]", html);
        Assert.DoesNotMatch("(?i)(href|src)=\"(?!/|#|https?:|mailto:|\")", html);
        Assert.DoesNotMatch("(?i)<[a-z0-9]+ [^>]*on[a-z]+=", html);
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[a](../b.md)", "href=\"/g/p/-/blob/main/b.md\"")]
    [InlineData("[a](x%20y.md#part)", "href=\"/g/p/-/blob/main/docs/x%20y.md#part\"")]
    [InlineData("[a](/root.md)", "href=\"/g/p/-/blob/main/root.md\"")]
    [InlineData("[a](../../../etc/passwd)", "href=\"/g/p/-/blob/main/etc/passwd\"")]
    [InlineData("[a](#use)", "href=\"#doc-use\"")]
    [InlineData("# Use", "id=\"doc-use\"")]
    [InlineData("![a](b.png)", "src=\"/g/p/-/raw/main/docs/b.png\"")]
    [InlineData("![badge](https://img.example/b.svg)", "<a href=\"https://img.example/b.svg\"")]
    [InlineData("[![badge](https://img.example/b.svg)](https://ci.example)", ">badge</a>")]
    [InlineData("[a](https://example.com)", "rel=\"nofollow noopener noreferrer\"")]
    [InlineData("- [x] done", "☑")]
    [InlineData("<p align=center>Hello &amp; <b>you</b></p>", "Hello &amp; you")]
    [InlineData("|a|\n|-:|\n|1|", "<td class=\"to-right\">1</td>")]
    public void Links_stay_in_the_repository_and_the_rest_is_Markdown(string text, string expected) =>
        Assert.Contains(expected, Render(text), StringComparison.Ordinal);

    private static string Render(string text)
    {
        using var writer = new StringWriter();
        MarkdownText.Render(text, new MarkdownPlace(Project, "main", "docs")).WriteTo(writer, HtmlEncoder.Default);
        return writer.ToString();
    }

    private static readonly ProjectRow Project = new()
    {
        Id = 1,
        NamespaceId = 1,
        Name = "p",
        Path = "p",
        FullPath = "g/p",
        Description = "",
        DefaultBranch = "main",
        Visibility = "private",
        CiConfigPath = ".gitlab-ci.yml",
        RunnersToken = "",
        GitStrategy = "fetch",
        GitDepth = 20,
        JobTimeout = 3600,
        AutoCancel = true,
        InstanceRunnersEnabled = true,
        SeparateCaches = true,
        CacheIndex = 0,
        CreatorId = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
        LastActivityAt = DateTimeOffset.UnixEpoch,
    };
}
