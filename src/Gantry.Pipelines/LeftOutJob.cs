namespace Gantry.Pipelines;

/// <summary>A job of the configuration that is not in the pipeline.</summary>
/// <param name="Name">Of the instance.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Reason">Which rule, or what else, keeps it out; for people.</param>
/// <param name="File">Where the job stands.</param>
/// <param name="Line">From 1; 0 when the place is not known.</param>
public sealed record LeftOutJob(string Name, string Stage, string Reason, string File, int Line);
