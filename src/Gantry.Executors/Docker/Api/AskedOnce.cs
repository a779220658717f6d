namespace Gantry.Executors.Docker.Api;

/// <summary>What is asked once, also by many who come together, and then known. A question that failed is asked anew. Thread-safe.</summary>
/// <param name="ask">Asks.</param>
internal sealed class AskedOnce<T>(Func<CancellationToken, Task<T>> ask) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Answer? _answer;

    public async ValueTask<T> GetAsync(CancellationToken cancellationToken)
    {
        if (_answer is { } known)
        {
            return known.Value;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            _answer ??= new Answer(await ask(cancellationToken));
            return _answer.Value;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private sealed record Answer(T Value);
}
