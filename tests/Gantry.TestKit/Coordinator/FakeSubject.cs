using System.Text;
using Gantry.TestKit.Contract;

namespace Gantry.TestKit.Coordinator;

/// <summary>The fake server under the contract.</summary>
public sealed class FakeSubject : IRunnerApiSubject
{
    private readonly FakeCoordinator _server;
    private readonly Dictionary<long, FakeJob> _jobs = [];

    private FakeSubject(FakeCoordinator server) => _server = server;

    public string Url => _server.Url;

    public string RunnerToken => "glrt-fake-runner-token";

    public static async Task<IRunnerApiSubject> StartAsync() => new FakeSubject(await FakeCoordinator.StartAsync());

    public Task EnqueueAsync()
    {
        var payload = SamplePayloads.Job(_jobs.Count + 1);
        _jobs[payload.Id] = _server.Enqueue(payload);
        return Task.CompletedTask;
    }

    public Task CancelAsync(long jobId)
    {
        _jobs[jobId].Status = "canceling";
        return Task.CompletedTask;
    }

    public Task<string> TraceAsync(long jobId) => Task.FromResult(Encoding.UTF8.GetString(_jobs[jobId].Trace));

    public Task<string> StateAsync(long jobId) => Task.FromResult(_jobs[jobId].State);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
