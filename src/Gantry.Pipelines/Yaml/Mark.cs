namespace Gantry.Pipelines.Yaml;

/// <summary>Where a node begins. Line and column count from 1; 0 means that the place is not known.</summary>
internal readonly record struct Mark(string File, int Line, int Column);
