using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Gantry.Coordinator.Store;

/// <summary>
/// Tells readers in this process what was committed, in commit order. Thread-safe. A slow reader never holds up a writer:
/// its channel is bounded, and what did not fit arrives as one <see cref="Change.Everything"/>.
/// </summary>
internal sealed class ChangeFeed
{
    private readonly Lock _gate = new();
    private Subscription[] _subscriptions = [];
    private Action<IReadOnlyList<Change>>[] _listeners = [];

    public void Publish(IReadOnlyList<Change> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        foreach (var listener in Volatile.Read(ref _listeners))
        {
            listener(changes);
        }

        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            foreach (var change in changes)
            {
                subscription.Offer(change);
            }
        }
    }

    /// <summary>
    /// Calls <paramref name="listener"/> with every commit's changes, in order, on the writer's thread: it must be quick and must
    /// not throw. For good.
    /// </summary>
    public void Listen(Action<IReadOnlyList<Change>> listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
        }
    }

    /// <summary>
    /// Changes that <paramref name="wanted"/> accepts, from this call on (subscribe first, then read the state, and nothing
    /// is missed). Ends only with the token.
    /// </summary>
    public IAsyncEnumerable<Change> Subscribe(Func<Change, bool> wanted, CancellationToken cancellation)
    {
        var subscription = new Subscription(wanted);
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }

        return ReadAsync(subscription, cancellation);
    }

    private async IAsyncEnumerable<Change> ReadAsync(Subscription subscription, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            while (await subscription.Reader.WaitToReadAsync(cancellation))
            {
                while (subscription.Reader.TryRead(out var change))
                {
                    yield return change;
                }

                if (subscription.TakeMissed())
                {
                    yield return Change.Everything;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
            }
        }
    }

    private sealed class Subscription(Func<Change, bool> wanted)
    {
        // 256 is more than a page can show at once; when full, the change is dropped and remembered as missed.
        private readonly Channel<Change> _channel = Channel.CreateBounded<Change>(
            new BoundedChannelOptions(256) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

        private int _missed;

        public ChannelReader<Change> Reader => _channel.Reader;

        public void Offer(Change change)
        {
            if (wanted(change) && !_channel.Writer.TryWrite(change))
            {
                Interlocked.Exchange(ref _missed, 1);
            }
        }

        public bool TakeMissed() => Interlocked.Exchange(ref _missed, 0) == 1;
    }
}
