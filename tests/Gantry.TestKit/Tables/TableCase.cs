using System.Text.Json;

namespace Gantry.TestKit.Tables;

/// <summary>An input and what the official runner makes of it.</summary>
/// <param name="Name">Such as <c>clean/001-no-credentials</c>.</param>
/// <param name="Table">The table it stands in.</param>
/// <param name="Input">An object, or one plain value.</param>
/// <param name="Expected">The result; see the file's <c>fields</c>.</param>
public sealed record TableCase(string Name, string Table, JsonElement Input, JsonElement Expected);
