namespace Gantry.TestKit.Contract;

/// <summary>A server under the contract: the fake one, or the real coordinator.</summary>
public interface IRunnerApiSubject : IAsyncDisposable
{
    /// <summary>Without a trailing slash.</summary>
    string Url { get; }

    /// <summary>Of a runner that the server knows.</summary>
    string RunnerToken { get; }

    /// <summary>Makes one job that this runner is to get next. Its artifacts may be of any size up to 1 MiB.</summary>
    Task EnqueueAsync();

    /// <summary>A user presses cancel.</summary>
    Task CancelAsync(long jobId);

    /// <summary>The log as the server has it.</summary>
    Task<string> TraceAsync(long jobId);

    /// <summary>GitLab's name of the job's state: <c>pending</c>, <c>running</c>, <c>success</c>, <c>failed</c>, <c>canceled</c>, …</summary>
    Task<string> StateAsync(long jobId);
}
