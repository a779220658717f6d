using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>What a checkout is made from. Two requests with the same <see cref="Key"/> give the same files.</summary>
internal sealed record SourceTreeRequest
{
    public required JobPlan Plan { get; init; }
    public required GitRemote Remote { get; init; }

    /// <summary>Flags of the user for <c>git fetch</c>, all of them harmless on the runner's machine.</summary>
    public IReadOnlyList<string> FetchFlags { get; init; } = [];

    /// <summary>See <see cref="Executors.IReachableWorkspace.TreesAreOpen"/>.</summary>
    public bool Open { get; init; }

    public int Depth => Plan.Payload.GitInfo.Depth;

    public string Sha => Plan.Payload.GitInfo.Sha;

    public IReadOnlyList<string> Refspecs => Plan.Payload.GitInfo.Refspecs;

    public bool HasSubmodules => Plan.Settings is { Submodules: SubmoduleStrategy.Normal or SubmoduleStrategy.Recursive, Checkout: true };

    /// <summary>The configuration file with credentials beside the checkout, as the job sees it.</summary>
    public string ExternalConfig => GuestPath.Join(Plan.Folders.Temporary, ".gitlab-runner.ext.conf");

    /// <summary>Names the project's mirror.</summary>
    public string Project => Hash(Remote.Plain);

    /// <summary>
    /// Names the checkout. A pipeline has its own, because its references are its own; the objects are shared through the mirror.
    /// </summary>
    public string Key
    {
        get
        {
            var settings = Plan.Settings;
            var parts = new List<string>
            {
                "2", Remote.Plain, Sha, Plan.Payload.JobInfo.PipelineId.ToString(CultureInfo.InvariantCulture),
                Depth.ToString(CultureInfo.InvariantCulture), settings.Checkout.ToString(), Plan.Payload.GitInfo.RepoObjectFormat,
                settings.LfsSkipSmudge.ToString(), ExternalConfig, string.Join(' ', FetchFlags),
            };
            if (Open)
            {
                parts.Add("open");
            }

            parts.AddRange(Refspecs);
            if (HasSubmodules)
            {
                parts.Add($"{settings.Submodules} {settings.SubmoduleDepth} {settings.SubmoduleForceHttps}");
                parts.AddRange(settings.SubmodulePaths);
                parts.AddRange(settings.SubmoduleUpdateFlags);
            }

            return Hash(string.Join('\0', parts));
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
