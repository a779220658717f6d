using System.Runtime.InteropServices;
using System.Text;
using Gantry.Engine.Processes;
using Gantry.TestKit.Tables;

namespace Gantry.Executors.Tests.Shell;

/// <summary>The real <c>pwsh</c>, installed by <c>eng/prepare/powershell</c> where it is missing, and put on this process's PATH.</summary>
public sealed partial class LivePowerShell : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = Path.Combine(CaseFile.Root, "eng/prepare/powershell") }, 64 * 1024, TestContext.Current.CancellationToken);
        Assert.True(run.Exit.IsSuccess, run.Error);
        var folder = Path.GetDirectoryName(Encoding.UTF8.GetString(run.Output).Trim())!;
        Assert.Equal(0, SetEnvironment("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}", 1));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Children are looked up and get their environment through the C library.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
