using System.Text.RegularExpressions;

namespace Gantry.Runner.Configuration;

/// <summary>Rules over several keys that stop a file from being loaded (official-cli-config §2.2 steps 2–4).</summary>
internal static partial class ConfigRules
{
    private const int MaxLabels = 32;

    public static List<ConfigProblem> Check(ConfigDocument document)
    {
        var problems = new List<ConfigProblem>();
        var table = document.Table;
        var global = table.TextMap("labels");
        Labels(global, "Global labels", "labels", table.LineOf("labels"));
        foreach (var runner in table.Tables("runners"))
        {
            var name = $"Runner {runner.Text("name")}";
            Labels(runner.TextMap("labels"), name, "runners.labels", runner.LineOf("labels"));
            if (SettingsReader.MergeLabels(global, runner.TextMap("labels")).Count is > MaxLabels and var count)
            {
                Add(runner.LineOf("labels"), "runners.labels", $"{name}: exceeded maximum computed labels number of {MaxLabels}: there are {count}");
            }

            var machine = runner.TableOrEmpty("machine");
            foreach (var option in machine.TextList("MachineOptionsWithName").Where(o => !o.Contains("%s", StringComparison.Ordinal)))
            {
                Add(machine.LineOf("MachineOptionsWithName"), "runners.machine.MachineOptionsWithName", $"{name}: \"{option}\" must contain %s, the place of the machine's name");
            }

            foreach (var (line, message) in AutoscalerSettingsReader.WrongPeriods(runner.TableOrEmpty("autoscaler")))
            {
                Add(line, "runners.autoscaler.policy", $"{name}: {message}");
            }

            foreach (var (line, message) in MachineSettingsReader.WrongPeriods(machine))
            {
                Add(line, "runners.machine.autoscaling", $"{name}: {message}");
            }
        }

        return problems;

        void Labels(IReadOnlyDictionary<string, string> labels, string owner, string key, int line)
        {
            foreach (var (label, value) in labels)
            {
                if (!LabelKey().IsMatch(label))
                {
                    Add(line, key, $"{owner}: invalid label key, doesn't match {LabelKey()}: \"{label}\"");
                }

                if (!LabelValue().IsMatch(value))
                {
                    Add(line, key, $"{owner}: invalid label value, doesn't match {LabelValue()}: \"{value}\" of {label}");
                }
            }
        }

        void Add(int line, string key, string message) => problems.Add(new ConfigProblem(document.Path, line, key, message));
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{2,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"^[a-zA-Z0-9._-]{1,256}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValue();
}
