using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Volumes;

/// <summary>
/// What is mounted into every container of one job, collected entry by entry (official-executors §2.7). Volumes that the runner
/// makes are given as mounts, which the engine creates with their labels in the container's own create call.
/// </summary>
internal sealed class JobVolumes(VolumeNaming naming)
{
    private readonly List<string> _binds = [];
    private readonly List<MountSpec> _mounts = [];
    private readonly List<string> _temporary = [];
    private readonly HashSet<string> _destinations = new(StringComparer.Ordinal);

    private MountSpec? _overlay;
    private MountSpec? _root;
    private MountSpec? _unbound;

    /// <summary>The job's files are in a volume of the runner, of this job alone.</summary>
    public bool OwnsRoot { get; private set; }

    /// <summary>Binds of the configuration, as written.</summary>
    public IReadOnlyList<string> Binds => _binds;

    /// <summary>Volumes of the runner.</summary>
    public IReadOnlyList<MountSpec> Mounts => _mounts;

    /// <summary>Names of volumes beside the job's files.</summary>
    public IEnumerable<string> Others => _mounts.Where(mount => mount != _root && mount != _overlay).Select(mount => mount.Source!);

    /// <summary>Names of volumes that end with the job.</summary>
    public IReadOnlyList<string> Temporary => _temporary;

    public bool Has(string destination) => _destinations.Contains(naming.Grammar.Plain(destination));

    /// <summary>The folder is in something that is mounted.</summary>
    public bool Cover(string folder) => _destinations.Any(destination => naming.Grammar.IsWithin(folder, destination));

    /// <summary>What is mounted somewhere inside the folder.</summary>
    public IEnumerable<string> Inside(string folder) =>
        _destinations.Where(destination => !naming.Grammar.IsWithin(folder, destination) && naming.Grammar.IsWithin(destination, folder));

    /// <summary>One entry of the <c>volumes</c> setting; its destination is expanded and absolute or below <paramref name="project"/>.</summary>
    /// <exception cref="FormatException">The root as destination, or the same destination twice.</exception>
    public void Add(Volume volume, string project)
    {
        var destination = naming.Grammar.IsAbsolute(volume.Destination) || project.Length == 0 ? volume.Destination : $"{project.TrimEnd('/')}/{volume.Destination}";
        Claim(destination);
        if (volume.Source.Length > 0)
        {
            _binds.Add((volume with { Destination = destination }).Definition);
        }
        else if (naming.CacheFolder.Length > 0)
        {
            _binds.Add($"{naming.CacheFolder.TrimEnd('/', '\\')}/{naming.ReusablePrefix}/{Hash(destination)}{naming.Suffix}:{destination}");
        }
        else
        {
            AddVolume(destination, reusable: !naming.CacheDisabled);
        }
    }

    /// <summary>The volume that holds the job's files; nothing when the configuration has mounted something there.</summary>
    /// <param name="root">The builds folder.</param>
    /// <param name="persistent">It outlives the job, for the next one of the same slot.</param>
    /// <returns>The volume's name; null when there was something already.</returns>
    public string? AddRoot(string root, bool persistent)
    {
        if (Has(root))
        {
            return null;
        }

        Claim(root);
        OwnsRoot = !persistent || naming.CacheDisabled;
        var name = AddVolume(root, !OwnsRoot);
        _root = _mounts[^1];
        return name;
    }

    /// <summary>Something inside the root for this job, mounted as the options say. Only before the container is made.</summary>
    public void AddOverlay(string name, string target, IReadOnlyDictionary<string, string> options)
    {
        _overlay = new MountSpec
        {
            Type = "volume",
            Source = name,
            Target = target,
            VolumeOptions = new VolumeMountOptions
            {
                // Else the engine mounts it once more, to see whether it is empty.
                NoCopy = true,
                Labels = naming.Labels(target, false),
                DriverConfig = new VolumeDriverSpec("local", options),
            },
        };
        _mounts.Add(_overlay);
    }

    /// <summary>The volume of the job's files gets its content from a folder of the engine's machine. Only before the container is made.</summary>
    /// <returns>False: the configuration says how volumes are made.</returns>
    public bool BindRoot(string folder)
    {
        if (!OwnsRoot || _root?.VolumeOptions is not { DriverConfig: null } options)
        {
            return false;
        }

        _unbound = _root;
        Replace(options with
        {
            NoCopy = true,
            DriverConfig = new VolumeDriverSpec("local", new Dictionary<string, string> { ["type"] = "none", ["o"] = "bind", ["device"] = folder }),
        });
        return true;
    }

    /// <summary>Takes both back.</summary>
    public void DropOverlay()
    {
        if (_unbound is { VolumeOptions: { } options })
        {
            Replace(options);
            _unbound = null;
        }

        if (_overlay is { } overlay)
        {
            _mounts.Remove(overlay);
            _overlay = null;
        }
    }

    private void Replace(VolumeMountOptions options)
    {
        var place = _mounts.IndexOf(_root!);
        _mounts[place] = _root = _root! with { VolumeOptions = options };
    }

    private string AddVolume(string destination, bool reusable)
    {
        var name = $"{(reusable ? naming.ReusablePrefix : naming.TemporaryPrefix)}-cache-{Hash(destination)}{naming.Suffix}";
        if (!reusable)
        {
            _temporary.Add(name);
        }

        _mounts.Add(new MountSpec
        {
            Type = "volume",
            Source = name,
            Target = destination,
            VolumeOptions = new VolumeMountOptions
            {
                Labels = naming.Labels(destination, reusable),
                DriverConfig = naming.Driver.Length == 0 && naming.DriverOptions.Count == 0
                    ? null
                    : new VolumeDriverSpec(naming.Driver, naming.DriverOptions.Count == 0 ? null : naming.DriverOptions),
            },
        });
        return name;
    }

    private void Claim(string destination)
    {
        if (naming.Grammar.IsRoot(destination))
        {
            throw new FormatException($"invalid container path \"{destination}\": a volume cannot be mounted on the root");
        }

        if (!_destinations.Add(naming.Grammar.Plain(destination)))
        {
            throw new FormatException($"volume for container path \"{destination}\" is already defined");
        }
    }

    // A name that other runners make too: the algorithm is part of it.
    [SuppressMessage("Security", "CA5351", Justification = "a name, not a protection")]
    private static string Hash(string destination) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(destination)));
}

/// <summary>How the volumes of one job are called and made.</summary>
internal sealed record VolumeNaming
{
    /// <summary>Same for every job of this slot of this project on this runner.</summary>
    public required string ReusablePrefix { get; init; }

    /// <summary>Of this job alone.</summary>
    public required string TemporaryPrefix { get; init; }

    /// <summary>Jobs of protected refs do not share with others (§2.7).</summary>
    public required bool Protected { get; init; }

    /// <summary>How paths are written.</summary>
    public VolumeText Grammar { get; init; } = VolumeText.Linux;

    /// <summary><c>cache_dir</c>: a folder of the host instead of volumes; empty for volumes.</summary>
    public string CacheFolder { get; init; } = "";

    /// <summary><c>disable_cache</c>.</summary>
    public bool CacheDisabled { get; init; }

    public string Driver { get; init; } = "";
    public IReadOnlyDictionary<string, string> DriverOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels of a volume: destination and whether it outlives the job.</summary>
    public required Func<string, bool, IReadOnlyDictionary<string, string>> Labels { get; init; }

    public string Suffix => Protected ? "-protected" : "";
}
