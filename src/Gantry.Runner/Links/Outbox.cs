using System.Net.Http.Headers;
using System.Threading.Channels;

namespace Gantry.Runner.Links;

/// <summary>
/// Sends reports to a service beside GitLab (traces, errors) without keeping anybody waiting: a short queue, one sender,
/// one try each. What does not fit or cannot be sent is dropped, and counted. Thread-safe.
/// </summary>
public sealed class Outbox : IAsyncDisposable
{
    // A service that does not answer must not cost memory: the oldest report goes.
    private const int Capacity = 256;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly string _contentType;
    private readonly IReadOnlyDictionary<string, string> _headers;
    private readonly Action<string> _failed;
    private readonly Channel<byte[]> _reports;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private bool _complained;

    /// <param name="address">Where each report is posted.</param>
    /// <param name="contentType">Of the reports.</param>
    /// <param name="headers">Credentials among them.</param>
    /// <param name="failed">Told once per outage, with the reason.</param>
    public Outbox(Uri address, string contentType, IReadOnlyDictionary<string, string> headers, Action<string> failed)
    {
        (_address, _contentType, _headers, _failed) = (address, contentType, headers, failed);
        _http = new HttpClient { Timeout = Limit };
        _reports = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _sending = SendAllAsync();
    }

    public void Add(byte[] report) => _reports.Writer.TryWrite(report);

    /// <summary>Sends what is waiting, for a moment at most.</summary>
    public async ValueTask DisposeAsync()
    {
        _reports.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(2));
        await _sending;
        _stop.Dispose();
        _http.Dispose();
    }

    private async Task SendAllAsync()
    {
        await foreach (var report in _reports.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            await SendAsync(report);
        }
    }

    private async Task SendAsync(byte[] report)
    {
        try
        {
            using var content = new ByteArrayContent(report);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(_contentType);
            using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = content };
            foreach (var (name, value) in _headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await _http.SendAsync(request, _stop.Token);
            Note(response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode} {response.ReasonPhrase}");
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException or IOException)
        {
            Note(problem.Message);
        }
    }

    private void Note(string? problem)
    {
        if (problem is not null && !_complained)
        {
            _failed(problem);
        }

        _complained = problem is not null;
    }
}
