using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Engine.Traces;
using Gantry.Protocol.Runners;

namespace Gantry.Runner.Sessions;

/// <summary>
/// The door to one job: an address and a token that are offered with the job request, opened when the job's place is there.
/// One person at a time. Thread-safe.
/// </summary>
internal sealed class JobSession : IJobSession, IDisposable
{
    private readonly SessionTerms _terms;
    private readonly byte[] _token;
    private readonly TaskCompletionSource<ITerminalPlace> _place = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _visit;
    private bool _closed;

    public JobSession(SessionTerms terms)
    {
        _terms = terms;
        Id = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        _token = Encoding.ASCII.GetBytes(token);
        Offer = new SessionOffer { Url = $"{terms.Url}/session/{Id}", Certificate = terms.Certificate, Authorization = token };
    }

    /// <summary>The last part of the address.</summary>
    public string Id { get; }

    /// <summary>For the job request.</summary>
    public SessionOffer Offer { get; }

    /// <summary>Ends when everybody must leave.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>The header is the token itself, without a scheme.</summary>
    public bool Knows(string? authorization) =>
        authorization is not null && CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(authorization));

    /// <summary>The job's place, when it comes within the time.</summary>
    public async Task<ITerminalPlace?> PlaceAsync(CancellationToken limit)
    {
        await ((Task)_place.Task.WaitAsync(limit)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _place.Task.IsCompletedSuccessfully ? await _place.Task : null;
    }

    /// <summary>False: somebody is in, or the job is over.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_closed || _visit is not null)
            {
                return false;
            }

            _visit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>After <see cref="TryEnter"/>; the person's shell has ended.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _visit?.TrySetResult();
            _visit = null;
        }
    }

    public void Open(ITerminalPlace place) => _place.TrySetResult(place);

    public Task HoldAsync(bool failed, CancellationToken job) => Task.CompletedTask;

    public async Task CloseAsync(IJobLog log, CancellationToken job)
    {
        Task? visit;
        lock (_gate)
        {
            _closed = true;
            visit = _visit?.Task;
        }

        _place.TrySetCanceled(CancellationToken.None);
        if (visit is null)
        {
            return;
        }

        var limit = GoDuration.Format(_terms.Timeout);
        if (!job.IsCancellationRequested)
        {
            log.Info($"Terminal is connected, will time out in {limit}...");
            await ((Task)visit.WaitAsync(_terms.Timeout, _terms.Time, job)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (visit.IsCompleted)
        {
            log.Info("Terminal disconnected");
            return;
        }

        if (!job.IsCancellationRequested)
        {
            log.Info($"terminal session timed out (maximum time allowed - {limit})");
        }

        // The place goes next: the shell must be out of it.
        await _end.CancelAsync();
        await visit;
    }

    public void Dispose()
    {
        _terms.Forget(this);
        _place.TrySetCanceled();
        _end.Dispose();
    }
}

/// <summary>What all sessions of a server share.</summary>
/// <param name="Url">Advertised, without a trailing slash.</param>
/// <param name="Certificate">PEM.</param>
/// <param name="Timeout">How long a job waits for a person to leave.</param>
/// <param name="Time">The clock.</param>
/// <param name="Forget">The session is over.</param>
internal sealed record SessionTerms(string Url, string Certificate, TimeSpan Timeout, TimeProvider Time, Action<JobSession> Forget);
