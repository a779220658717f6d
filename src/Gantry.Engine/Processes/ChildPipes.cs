namespace Gantry.Engine.Processes;

/// <summary>The runner's ends of a child's standard descriptors; -1 when there is none or it is closed.</summary>
internal sealed class ChildPipes : IDisposable
{
    public int Input = -1;
    public int Output = -1;
    public int Error = -1;

    public bool AnyOutput => Output >= 0 || Error >= 0;

    public void CloseInput() => Close(ref Input);

    public void Close(ref int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = LibC.Close(descriptor);
            descriptor = -1;
        }
    }

    public void Dispose()
    {
        Close(ref Input);
        Close(ref Output);
        Close(ref Error);
    }
}

/// <summary>Who takes and gives a child's bytes.</summary>
internal sealed record ChildSinks(OutputSink? Output, OutputSink? Error, ChildInputStream? Input);
