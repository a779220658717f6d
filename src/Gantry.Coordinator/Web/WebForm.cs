using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Sessions;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web;

/// <summary>The fields of a form that passed the guard.</summary>
internal sealed class WebForm(IFormCollection form)
{
    public string this[string name] => form[name].ToString();

    /// <summary>Every value of a field that is there several times.</summary>
    public IEnumerable<string> All(string name) => form[name].OfType<string>();

    public bool Has(string name) => form[name] == "true";

    /// <summary>Where the form was, or <paramref name="otherwise"/>.</summary>
    public string Return(string otherwise) => FormGuard.LocalPath(form["return"], otherwise);

    /// <summary>The rows of variables as typed, without empty ones.</summary>
    public IReadOnlyList<VariableField> VariableFields()
    {
        var (keys, values, types) = (form["key"], form["value"], form["type"]);
        var rows = new List<VariableField>();
        for (var i = 0; i < keys.Count; i++)
        {
            if (!string.IsNullOrWhiteSpace(keys[i]))
                rows.Add(new VariableField { Key = keys[i]!.Trim(), Value = i < values.Count ? values[i] ?? "" : "", Type = i < types.Count && types[i] == "file" ? "file" : "env_var" });
        }

        return rows;
    }

    public IReadOnlyList<VariableRow> Variables() =>
        [.. VariableFields().Select(field => new VariableRow { Key = field.Key, Value = field.Value, Type = field.Type })];
}
