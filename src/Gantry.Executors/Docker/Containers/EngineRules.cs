using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Containers;

/// <summary>What depends on the engine's kind and version.</summary>
internal static class EngineRules
{
    /// <summary>From here on an endpoint carries the address and the aliases; before, the container does.</summary>
    private static readonly EngineVersion EndpointAddresses = new(1, 44);

    /// <exception cref="EnvironmentException">No containers of a kind that jobs can run in.</exception>
    public static void CheckSystem(string osType)
    {
        if (osType is not ("linux" or "windows" or "freebsd"))
        {
            throw EnvironmentException.Misconfigured($"unsupported os type: {osType}");
        }
    }

    /// <summary>The system of containers on an engine of that system: Linux unless it is Windows.</summary>
    public static string ContainerSystem(string engineSystem) => engineSystem == "windows" ? "windows" : "linux";

    /// <summary>Older engines set the address on the container's first network only, which is worth a word.</summary>
    public static string? MacAddressWarning(string address, EngineVersion version) => address.Length > 0 && version < EndpointAddresses
        ? $"mac_address is configured, but the engine's API {version} applies it to the container's main network only (API {EndpointAddresses} or newer is needed for any other)"
        : null;

    /// <summary>The legacy field; null where the endpoint takes it.</summary>
    public static string? ContainerMacAddress(string? address, EngineVersion version) => version < EndpointAddresses ? address : null;

    /// <summary>Endpoint settings of a container; null when there is nothing to say.</summary>
    /// <param name="networkMode">Empty for the default network.</param>
    /// <param name="aliases">Names on a network of the user's own.</param>
    /// <param name="address">MAC address or null.</param>
    /// <param name="version">The engine's.</param>
    public static NetworkingSpec? Endpoint(string networkMode, IReadOnlyList<string> aliases, string? address, EngineVersion version)
    {
        var named = IsUserDefined(networkMode);
        var endpointAddress = version >= EndpointAddresses ? address : null;
        if (!named && endpointAddress is null)
        {
            return null;
        }

        return new NetworkingSpec(new Dictionary<string, EndpointSpec>
        {
            [networkMode.Length == 0 ? "default" : networkMode] = new() { Aliases = named ? aliases : null, MacAddress = endpointAddress },
        });
    }

    public static bool IsUserDefined(string networkMode) =>
        networkMode is not ("" or "default" or "bridge" or "host" or "none" or "nat") && !networkMode.StartsWith("container:", StringComparison.Ordinal);

    /// <summary>What a container is made from: a digest stands for all platforms of a tag, an id for one (§2.3).</summary>
    public static string ImageReference(ImageDetails image) => image.RepoDigests.Count > 0 ? image.RepoDigests[0] : image.Id;
}
