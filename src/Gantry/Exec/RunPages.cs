using Gantry.CommandLine;
using Gantry.Coordinator;
using Gantry.Coordinator.Local;
using Gantry.Engine.Processes;

namespace Gantry.Exec;

/// <summary>The web pages of a run, and the browser that shows them.</summary>
internal static class RunPages
{
    /// <summary>Serves the pages, and opens a browser where this machine has a screen.</summary>
    /// <param name="context">The process.</param>
    /// <param name="coordinator">Of the run.</param>
    /// <param name="pipelineId">What is shown first.</param>
    /// <param name="folder">The run's own (0700).</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<PagesHost> OpenAsync(CommandContext context, LocalCoordinator coordinator, long pipelineId, string folder, CancellationToken cancellationToken)
    {
        var pages = await PagesHost.StartAsync(coordinator, pipelineId, context.Loggers, cancellationToken);
        if (Browser(context.Environment) is { } browser)
        {
            await ShowAsync(browser, pages.Link, folder, cancellationToken);
        }

        return pages;
    }

    /// <summary>The program that hands a file to the user's browser; null for nobody who could look at it.</summary>
    private static string? Browser(IReadOnlyDictionary<string, string> environment) =>
        OperatingSystem.IsMacOS() ? "open"
        : OperatingSystem.IsLinux() && (environment.ContainsKey("DISPLAY") || environment.ContainsKey("WAYLAND_DISPLAY")) ? "xdg-open"
        : null;

    // Arguments are seen by everybody on the machine, so the link goes through a file.
    private static async Task ShowAsync(string browser, string link, string folder, CancellationToken cancellationToken)
    {
        var page = Path.Combine(folder, "page.html");
        await File.WriteAllTextAsync(page, $"<!doctype html><meta http-equiv=\"refresh\" content=\"0; url={link}\"><a href=\"{link}\">Pipeline</a>\n", cancellationToken);
        _ = WatchAsync(browser, page);
    }

    // The browser may be the child of this program and lives as long as the user wants; the address is on the terminal if it does not come.
    private static async Task WatchAsync(string browser, string page)
    {
        try
        {
            await ChildProcess.RunAsync(new ProcessStart { FileName = browser, Arguments = [page] }, 1 << 14, CancellationToken.None);
        }
        catch (ProcessException)
        {
            // There is none.
        }
    }
}
