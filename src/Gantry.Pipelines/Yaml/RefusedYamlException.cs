namespace Gantry.Pipelines.Yaml;

/// <summary>Ends the loading of one file; caught by <see cref="NodeBuilder"/> and turned into a problem.</summary>
internal sealed class RefusedYamlException(string message, Mark mark) : Exception(message)
{
    public Mark Mark { get; } = mark;
}
