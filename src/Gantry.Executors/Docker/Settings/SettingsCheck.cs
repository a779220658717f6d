using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Images;

namespace Gantry.Executors.Docker.Settings;

/// <summary>Reads every text of the settings once, to find all mistakes at the same time.</summary>
internal static class SettingsCheck
{
    public static IReadOnlyList<DockerSettingProblem> Run(DockerSettings settings)
    {
        var found = new List<DockerSettingProblem>();
        Check("memory", () => Quantities.Bytes(settings.Memory));
        Check("memory_swap", () => Quantities.Bytes(settings.MemorySwap));
        Check("memory_reservation", () => Quantities.Bytes(settings.MemoryReservation));
        Check("service_memory", () => Quantities.Bytes(settings.ServiceMemory));
        Check("service_memory_swap", () => Quantities.Bytes(settings.ServiceMemorySwap));
        Check("service_memory_reservation", () => Quantities.Bytes(settings.ServiceMemoryReservation));
        Check("cpus", () => Quantities.NanoCpus(settings.Cpus));
        Check("service_cpus", () => Quantities.NanoCpus(settings.ServiceCpus));
        Each("devices", settings.Devices, text => DeviceSyntax.Device(text));
        Each("services_devices", settings.ServicesDevices.Values.SelectMany(list => list), text => DeviceSyntax.Device(text));
        Check("gpus", () => DeviceSyntax.Gpus(settings.Gpus));
        Check("service_gpus", () => DeviceSyntax.Gpus(settings.ServiceGpus));
        Check("ulimit", () => HostRules.Ulimits(settings.Ulimit));
        Each("dns", settings.Dns, text => HostRules.Dns([text]));
        Check("mac_address", () => HostRules.MacAddress(settings.MacAddress));
        Check("isolation", () => HostRules.Isolation(settings.Isolation));
        Check("log_options", () => HostRules.Log(settings.LogOptions));
        Check("pull_policy", () => PullPolicies.Configured(settings.PullPolicy));
        Check("allowed_pull_policies", () => PullPolicies.Allowed(settings.AllowedPullPolicies, settings.PullPolicy));
        Each("volumes", settings.Volumes, text => Guest.Of(settings).Volumes.Parse(text));
        return found;

        void Check(string key, Func<object?> read)
        {
            try
            {
                read();
            }
            catch (FormatException e)
            {
                found.Add(new DockerSettingProblem(key, e.Message));
            }
        }

        void Each(string key, IEnumerable<string> texts, Func<string, object?> read)
        {
            foreach (var text in texts)
            {
                Check(key, () => read(text));
            }
        }
    }
}
