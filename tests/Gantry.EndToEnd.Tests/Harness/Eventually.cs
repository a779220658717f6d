namespace Gantry.EndToEnd.Tests.Harness;

/// <summary>Waits for something outside this process: there is no clock to advance there, so it polls until the test's own timeout.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> probe, string what, TimeSpan? limit = null)
        where T : class
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(limit ?? TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await probe() is { } value)
            {
                return value;
            }

            try
            {
                await Task.Delay(Pause, timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"gave up waiting for {what}");
            }
        }
    }

    public static Task IsAsync(Func<Task<bool>> probe, string what, TimeSpan? limit = null) =>
        GetAsync(async () => await probe() ? "yes" : null, what, limit);
}
