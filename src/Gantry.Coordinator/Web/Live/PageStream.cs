using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Live;

/// <summary>
/// Tells an open page that it is out of date. The events carry nothing: the page fetches itself again, with its own rights
/// and language. Many changes at once become one event.
/// </summary>
internal static class PageStream
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(150);

    public static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        ChangeFeed feed, Func<Change, bool> wanted, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var changes = feed.Subscribe(change => change == Change.Everything || wanted(change), cancellation).GetAsyncEnumerator(cancellation);
        yield return new SseItem<string>("listening");
        var next = changes.MoveNextAsync().AsTask();
        while (await next)
        {
            await Task.Delay(Gathering, clock, cancellation);
            next = changes.MoveNextAsync().AsTask();
            while (next.IsCompletedSuccessfully && await next)
                next = changes.MoveNextAsync().AsTask();
            yield return new SseItem<string>("changed");
        }
    }
}
