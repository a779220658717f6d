using System.Globalization;
using Gantry.Engine;
using Gantry.Engine.Plans;

namespace Gantry.Executors.Autoscaling.Providers;

/// <summary><c>[runners.autoscaler.plugin_config.instances]</c> of the plugin <c>static</c>: machines that are there anyway.</summary>
/// <param name="Machines">In the order of the file, by name.</param>
/// <param name="Problems">What is wrong: the key below <c>plugin_config</c>, and what is expected.</param>
internal sealed record StaticPool(IReadOnlyDictionary<string, InstanceAccess> Machines, IReadOnlyList<(string Key, string Message)> Problems)
{
    private static readonly string[] Keys = ["username", "password", "timeout", "external_addr", "internal_addr", "key_path"];

    public static StaticPool Read(IReadOnlyDictionary<string, object> config)
    {
        var machines = new Dictionary<string, InstanceAccess>();
        var problems = new List<(string, string)>();
        foreach (var key in config.Keys.Where(key => key != "instances"))
        {
            problems.Add(("." + key, "is not known: the plugin static has the table `instances`"));
        }

        if (config.GetValueOrDefault("instances") is not IReadOnlyDictionary<string, object> { Count: > 0 } instances)
        {
            return new StaticPool(machines, [.. problems,
                (".instances", "is missing: the plugin static needs a table [runners.autoscaler.plugin_config.instances.NAME] for each machine, with external_addr or internal_addr")]);
        }

        foreach (var (name, value) in instances)
        {
            if (value is IReadOnlyDictionary<string, object> table)
            {
                machines[name] = ReadMachine(table, (key, message) => problems.Add(($".instances.{name}{key}", message)));
            }
            else
            {
                problems.Add(($".instances.{name}", "must be a table with external_addr or internal_addr"));
            }
        }

        return new StaticPool(machines, problems);
    }

    private static InstanceAccess ReadMachine(IReadOnlyDictionary<string, object> table, Action<string, string> tell)
    {
        foreach (var key in table.Keys.Except(Keys))
        {
            tell("." + key, $"is not known; a machine has {string.Join(", ", Keys)}");
        }

        var machine = new InstanceAccess
        {
            User = Text("username"),
            Password = new Secret(Text("password")),
            KeyPath = Text("key_path"),
            InternalAddress = Address("internal_addr"),
            ExternalAddress = Address("external_addr"),
            Timeout = Text("timeout") is not { Length: > 0 } limit ? null
                : GoDuration.TryParse(limit, out var parsed) && parsed > TimeSpan.Zero ? parsed : Wrong<TimeSpan?>("timeout", "must be a duration such as 30s"),
        };
        if (machine.InternalAddress.Length == 0 && machine.ExternalAddress.Length == 0)
        {
            tell("", "has neither external_addr nor internal_addr: write host or host:port");
        }

        return machine;

        string Text(string key) => table.GetValueOrDefault(key) switch
        {
            null => "",
            string text => text,
            _ => Wrong<string>(key, "must be text") ?? "",
        };

        string Address(string key) => Text(key) is var text && HostAddress.TryParse(text, out _) ? text
            : Wrong<string>(key, string.Create(CultureInfo.InvariantCulture, $"\"{text}\" is no address: write host or host:port")) ?? "";

        T? Wrong<T>(string key, string message)
        {
            tell("." + key, message);
            return default;
        }
    }
}

/// <summary>A host, perhaps with a port.</summary>
/// <param name="Port">0: not said.</param>
internal readonly record struct HostAddress(string Host, int Port)
{
    /// <summary>Empty text is an address without a host.</summary>
    public static bool TryParse(string text, out HostAddress address)
    {
        address = new HostAddress(text, 0);
        var end = text.LastIndexOf(':');
        // Of two colons the address is one of IPv6 without a port, unless it stands in brackets.
        var bracketed = text.StartsWith('[');
        if (bracketed ? text.LastIndexOf("]:", StringComparison.Ordinal) < 0 : end < 0 || text.IndexOf(':', StringComparison.Ordinal) != end)
        {
            address = new HostAddress(text.Trim('[', ']'), 0);
            return !text.StartsWith('-') && !text.Any(char.IsWhiteSpace);
        }

        var host = text[..end].Trim('[', ']');
        if (host.Length == 0 || host[0] == '-' || host.Any(char.IsWhiteSpace)
            || !int.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return false;
        }

        address = new HostAddress(host, port);
        return true;
    }
}
