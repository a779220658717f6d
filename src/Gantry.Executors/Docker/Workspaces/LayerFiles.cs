using System.Buffers;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Workspaces;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>
/// Files into and out of a Windows container (docs/adr/0028). The engine's archive calls see the container's own layer there, nothing that
/// is mounted into it, and with Hyper-V isolation only while it does not run. So the job's files are in that layer; what is mounted
/// (caches) goes through a folder of the layer, and a script in the container carries it on.
/// </summary>
internal sealed class LayerFiles(DockerJob job, BuildContainer build, JobVolumes volumes, string jobFolder) : IJobFiles
{
    /// <summary>The only drive that is a layer.</summary>
    private const string Drive = "C:";

    private const string Passage = "/gantry-passage";

    private static readonly SearchValues<char> NotInNames = SearchValues.Create(":*?\"<>|");

    public async Task PlaceAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken)
    {
        var carried = new List<string>();
        var placed = trees.Select(tree => tree with { Target = Landing(tree.Target, carried) }).ToList();
        try
        {
            var run = await build.GetAsync(cancellationToken);
            using var content = new TarContent(async (stream, token) =>
            {
                // Owners and modes mean nothing there.
                await using var tar = new TreeTar(stream, new JobOwner(0, 0, Open: false), job.Time) { ForWindows = true };
                foreach (var tree in placed)
                {
                    // From the top: what a job may have put in place of a folder must not lead the engine out of the layer.
                    await tar.AddAsync(tree, "/", token);
                }
            });
            await job.Engine.Containers.PutArchiveAsync(run.Container, "/", content, cancellationToken);
            if (carried.Count > 0)
            {
                await CarryAsync(run, [.. carried.SelectMany((target, i) => In(Native($"{Passage}/{i}"), target)), Gone], cancellationToken);
            }
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"the job's files could not be handed to its container: {e.Message}", e);
        }
    }

    public async Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        try
        {
            return await FetchedView.MakeAsync(jobFolder, async view =>
            {
                var run = await build.GetAsync(cancellationToken);
                // Nothing there can have such a name, and asked for it the engine fails.
                var possible = paths.Where(path => !path.AsSpan().ContainsAny(NotInNames)).ToList();
                var isMounted = volumes.Cover(folder);
                var source = isMounted ? Passage : OnLayer(folder);
                if (isMounted && possible.Count > 0)
                {
                    await CarryAsync(run, [Gone, .. possible.SelectMany(path => Out(folder, path.Trim('/')))], cancellationToken);
                }

                foreach (var path in possible)
                {
                    await ArchiveCopy.FetchAsync(job.Engine.Containers, run.Container, (source, path), view, cancellationToken);
                }
            });
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"the job's files could not be read from its container: {e.Message}", e);
        }
    }

    public Task RemoveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Doubt(string why)
    {
        // There is one way only.
    }

    /// <summary>Where the engine puts a tree: there, or where a script takes it up.</summary>
    private string Landing(string target, List<string> carried)
    {
        if (!volumes.Cover(target))
        {
            return OnLayer(target);
        }

        carried.Add(target);
        return $"{Passage}/{carried.Count - 1}";
    }

    /// <exception cref="EnvironmentException">A drive that is nothing but what is mounted there.</exception>
    private static string OnLayer(string path)
    {
        var plain = GuestPath.ToSlash(path);
        if (!GuestPath.HasDrive(plain))
        {
            return plain;
        }

        return plain.StartsWith(Drive, StringComparison.OrdinalIgnoreCase) ? plain[Drive.Length..] : throw EnvironmentException.Misconfigured(
            $"{path} is on a drive that Windows containers do not have: use a folder of drive C:, or mount something on {plain[..2]} with `volumes`");
    }

    private async Task CarryAsync(ContainerRun run, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        ScriptExit exit;
        try
        {
            exit = await run.RunAsync(WindowsGuest.Script(lines), job.Log, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await ContainerStop.RunAsync(job, run.Container);
            throw;
        }

        if (exit.Code != 0)
        {
            throw EnvironmentException.Broken($"files could not be copied between the container and what is mounted into it: {exit.Text}");
        }
    }

    private static string[] In(string from, string target) =>
    [
        $"New-Item -ItemType Directory -Force -Path {Exact(target)} | Out-Null",
        $"Get-ChildItem -LiteralPath {Exact(from)} -Force | Copy-Item -Destination {Exact(Native(target))} -Recurse -Force",
    ];

    private static string[] Out(string folder, string path)
    {
        var whole = path is "." or "";
        var source = Exact(Native(whole ? folder : $"{folder}/{path}"));
        var target = whole ? Passage : $"{Passage}/{path}";
        var parent = Exact(Native(whole ? Passage : target[..target.LastIndexOf('/')]));
        // A link that leads nowhere is a line in the log, not the end of the job.
        var copy = (whole ? $"Get-ChildItem -LiteralPath {source} -Force | Copy-Item" : $"Copy-Item -LiteralPath {source}") + $" -Destination {parent} -Recurse -Force -ErrorAction Continue";
        return [$"if(Test-Path -LiteralPath {source}) {{ New-Item -ItemType Directory -Force -Path {parent} | Out-Null; {copy} }}"];
    }

    private static string Gone => $"if(Test-Path -LiteralPath {Exact(Native(Passage))}) {{ Remove-Item -LiteralPath {Exact(Native(Passage))} -Recurse -Force }}";

    private static string Native(string path) => (GuestPath.HasDrive(path) ? path : Drive + path).Replace('/', '\\');

    private static string Exact(string text) => PowerShellQuoting.ExactAscii(text);
}
