using System.Diagnostics;
using System.Text;

namespace Gantry.EndToEnd.Tests.Harness;

/// <summary>A program in a pseudo-terminal (made by util-linux's <c>script</c>), talked to as a person would: read, then type.</summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;
    private int _seen;

    private PseudoTerminal(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Everything that was shown, echoed input included.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen.ToString();
            }
        }
    }

    public static PseudoTerminal Start(string file, params IEnumerable<string> arguments)
    {
        var command = string.Join(' ', arguments.Prepend(file).Select(word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm";
        return new PseudoTerminal(Process.Start(start)!);
    }

    /// <summary>Waits until the text is shown, behind what was waited for before.</summary>
    public async Task SeeAsync(string text)
    {
        await Eventually.IsAsync(
            () =>
            {
                var at = Screen.IndexOf(text, _seen, StringComparison.Ordinal);
                _seen = at < 0 ? _seen : at + text.Length;
                return Task.FromResult(at >= 0);
            },
            $"\"{text}\" on the terminal, which shows:\n{Screen}");
    }

    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[1024];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_screen)
            {
                _screen.Append(buffer, 0, count);
            }
        }
    }
}
