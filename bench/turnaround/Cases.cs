using System.Diagnostics;
using System.Globalization;

namespace Gantry.Turnaround;

/// <summary>What is measured; each gives one time per run.</summary>
internal static class Cases
{
    public const string Script = "echo hello world";

    /// <summary>A runner gives memory back when nothing has happened for ten seconds.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public static Task<List<TimeSpan>> VersionAsync(string binary, int runs) => RepeatAsync(runs, () => RunAsync(binary, "--version"));

    public static Task<List<TimeSpan>> BareScriptAsync(int runs) => RepeatAsync(runs, () => RunAsync("bash", "-c", Script));

    /// <summary>From the start of <c>git push</c> to the first answer that says the pipeline succeeded.</summary>
    public static async Task<List<TimeSpan>> PipelineAsync(Stage stage, int runs)
    {
        await stage.RunPipelineAsync();
        stage.Forget();
        return await RepeatAsync(runs, stage.RunPipelineAsync);
    }

    /// <summary>Resident bytes of a process.</summary>
    public static long Resident(int process) => Memory(process, "VmRSS:");

    /// <summary>The most it ever had.</summary>
    public static long Peak(int process) => Memory(process, "VmHWM:");

    private static long Memory(int process, string what)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith(what, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public static async Task<List<TimeSpan>> RepeatAsync(int runs, Func<Task> run)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await run();
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times;
    }

    public static async Task RunAsync(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true })!;
        await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} ended with {process.ExitCode}");
        }
    }
}
