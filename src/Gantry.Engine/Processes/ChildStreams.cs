namespace Gantry.Engine.Processes;

/// <summary>The streams a start asks for; null where it asks for none.</summary>
internal sealed record ChildStreams(ChildInputStream? Input, ChildOutputStream? Output, ChildOutputStream? Error)
{
    public static ChildStreams For(ProcessStart start) => new(
        start.Input is ProcessInput.Stream ? new ChildInputStream() : null,
        start.Output is ProcessOutput.Stream ? new ChildOutputStream() : null,
        start.Error is ProcessOutput.Stream ? new ChildOutputStream() : null);
}
