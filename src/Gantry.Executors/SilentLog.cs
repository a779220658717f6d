using Gantry.Engine.Traces;

namespace Gantry.Executors;

/// <summary>For what is said while nobody listens.</summary>
internal sealed class SilentLog : IJobLog, IDisposable
{
    public void Line(string text)
    {
    }

    public void Info(string text)
    {
    }

    public void Warning(string text)
    {
    }

    public void Error(string text)
    {
    }

    public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
    {
    }

    public IDisposable Section(string name) => this;

    public void Dispose()
    {
    }
}
