namespace Gantry.Runner.Links;

/// <summary>One HTTP call that somebody asked for, such as when a process has ended.</summary>
public sealed record Callback(Uri Address, string Method, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <returns>What went wrong, or null.</returns>
    public async Task<string?> SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var http = new HttpClient { Timeout = Limit };
            using var request = new HttpRequestMessage(new HttpMethod(Method.Length > 0 ? Method : "GET"), Address);
            foreach (var (name, value) in Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode ? null : $"{Address}: {(int)response.StatusCode}";
        }
        catch (Exception problem) when (problem is HttpRequestException or FormatException || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return problem.Message;
        }
    }
}
