using Gantry.Engine.Traces;

namespace Gantry.Executors.Docker.Running;

/// <summary>
/// Keeps what is said until its turn comes: things are done at the same time, and read in order. Thread-safe.
/// </summary>
internal sealed class DelayedLog(IJobLog target) : IJobLog
{
    private readonly Lock _gate = new();
    private readonly List<Action> _kept = [];
    private bool _open;

    public void Line(string text) => Say(() => target.Line(text));

    public void Info(string text) => Say(() => target.Info(text));

    public void Warning(string text) => Say(() => target.Warning(text));

    public void Error(string text) => Say(() => target.Error(text));

    public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Say(() => target.Write(stream, copy));
    }

    public IDisposable Section(string name) => target.Section(name);

    /// <summary>Says everything kept, and from now on at once.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _kept.ForEach(say => say());
            _kept.Clear();
            _open = true;
        }
    }

    private void Say(Action say)
    {
        lock (_gate)
        {
            if (_open)
            {
                say();
            }
            else
            {
                _kept.Add(say);
            }
        }
    }
}
