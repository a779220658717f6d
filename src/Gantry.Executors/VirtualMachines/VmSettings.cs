using System.Text.RegularExpressions;
using Gantry.Engine.Executors;
using Gantry.Executors.Ssh;

namespace Gantry.Executors.VirtualMachines;

/// <summary>Keys that <c>[runners.virtualbox]</c> and <c>[runners.parallels]</c> have in common, and the ssh settings that both need.</summary>
public abstract record VmSettings
{
    private protected VmSettings() { }

    /// <summary>The table is in the file at all.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>The machine that copies are made of.</summary>
    public string BaseName { get; init; } = "";

    /// <summary>Each job gets a copy of its own that goes with it.</summary>
    public bool DisableSnapshots { get; init; }

    /// <summary>RE2 patterns of machines that jobs may name as their <c>image</c>; not anchored.</summary>
    public IReadOnlyList<string> AllowedImages { get; init; } = [];

    public required SshSettings Ssh { get; init; }

    /// <summary>The product, as messages spell it.</summary>
    private protected abstract string Product { get; }

    /// <summary>What the official runner says when there is no <c>[runners.ssh]</c>.</summary>
    private protected abstract string MissingSsh { get; }

    /// <summary>Why no job can run with these settings: the key or table it is about, and the message.</summary>
    /// <param name="compile">As <see cref="VmHost.Compile"/>.</param>
    public IEnumerable<(string Key, string Message)> Problems(Func<string, Regex?> compile)
    {
        var table = Product.ToLowerInvariant();
        if (!IsConfigured)
        {
            yield return (table, $"missing {Product} configuration: the runner needs a table [runners.{table}] with base_name");
        }
        else if (BaseName.Length == 0)
        {
            yield return ($"{table}.base_name", $"missing BaseName setting from {Product} configuration: set base_name in [runners.{table}] to the VM that copies are made of");
        }

        if (!Ssh.IsConfigured)
        {
            yield return ("ssh", $"{MissingSsh}: the runner needs a table [runners.ssh] with user and identity_file or password");
        }

        if (Ssh.PortProblem is { } problem)
        {
            yield return ("ssh.port", problem);
        }

        foreach (var pattern in AllowedImages.Where(pattern => compile(pattern) is null))
        {
            yield return ($"{table}.allowed_images", $"invalid regexp pattern in allowed_images parameter: {pattern}");
        }
    }

    /// <exception cref="EnvironmentException">No job can run.</exception>
    internal void Check(string shell, VmHost host)
    {
        SshShells.Check(shell, Product.ToLowerInvariant());
        if (Problems(host.Compile).ToList() is { Count: > 0 } problems)
        {
            throw EnvironmentException.Misconfigured(string.Join("; ", problems.Select(problem => problem.Message)));
        }
    }
}
