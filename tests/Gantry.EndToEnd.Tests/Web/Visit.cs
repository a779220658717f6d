using Gantry.EndToEnd.Tests.Harness;
using Microsoft.Playwright;

namespace Gantry.EndToEnd.Tests.Web;

/// <summary>One visitor's window. Everything that goes wrong in it is collected: script errors, refused content, foreign requests.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];

    public Visit(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => Add($"script error: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("net::ERR_ABORTED", StringComparison.Ordinal))
                Add($"console: {message.Text}");
        };
        page.Dialog += async (_, dialog) =>
        {
            // The browser's own question on leaving a typed form is no script's.
            if (dialog.Type != "beforeunload")
                Add($"dialog: {dialog.Message}");
            await dialog.AcceptAsync();
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.ToString(), StringComparison.Ordinal))
                Add($"request to {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_problems)
                return [.. _problems];
        }
    }

    /// <summary>What went wrong since the last time.</summary>
    public IReadOnlyList<string> TakeProblems()
    {
        lock (_problems)
        {
            string[] taken = [.. _problems];
            _problems.Clear();
            return taken;
        }
    }

    public async Task SignInAsync(string token)
    {
        await Page.GotoAsync("/users/sign_in");
        await Page.Locator("details.unfold > summary").ClickAsync();
        await Page.Locator("input[name=token]").FillAsync(token);
        await Page.Locator("details.unfold form button").ClickAsync();
        // Not for the address: waiting for its load event misses one that came in between.
        await Page.Locator("details.menu").WaitForAsync();
    }

    public async Task GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path);
        Assert.True(answer!.Ok, $"{path}: {answer.Status}");
    }

    /// <summary>Until what the page's script fetches at its start is shown: a log, a picture of a graph.</summary>
    public async Task SettleAsync()
    {
        if (await Page.Locator("job-log").CountAsync() > 0)
            await Page.Locator("job-log .log-line").First.WaitForAsync();
        if (await Page.Locator("form[data-editor]").CountAsync() > 0)
            await Page.Locator("#lint-answer .note").WaitForAsync();
        await Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))");
    }

    /// <summary>Nothing makes the reader scroll sideways.</summary>
    public Task<bool> FitsAsync() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth");

    /// <summary>Controls that a screen reader could not name.</summary>
    public Task<string[]> NamelessControlsAsync() => Page.EvaluateAsync<string[]>("""
        () => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
          .filter(e => e.checkVisibility() && !(e.innerText || "").trim() && !(e.textContent || "").trim() && !e.getAttribute("aria-label")
            && !e.getAttribute("title") && !(e.labels && e.labels.length))
          .map(e => e.outerHTML.slice(0, 200))
        """);

    /// <summary>Keeps the whole page as a picture under TestResults/screens.</summary>
    public async Task KeepScreenAsync(string name) => await Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(GantryBinary.Root, "TestResults", "screens", name + ".png"),
        FullPage = true,
        Animations = ScreenshotAnimations.Disabled,
    });

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private void Add(string problem)
    {
        lock (_problems)
            _problems.Add(problem);
    }
}
