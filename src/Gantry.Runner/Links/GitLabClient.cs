using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Protocol;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

/// <summary>
/// The calls a runner makes for itself: register, verify, unregister, reset its token, ask for jobs
/// (official-job-protocol §1.6, §1.7). Retries by itself, logs each result in the official words, and answers with a
/// closed family instead of throwing; only the caller's own cancellation throws. Thread-safe.
/// </summary>
public sealed class GitLabClient : IDisposable
{
    private readonly GitLabEndpoint _endpoint;
    private readonly ILogger _logger;
    private volatile string? _lastUpdate;

    public GitLabClient(GitLabEndpoint endpoint, ProductVersion product, TimeProvider time, ILogger logger)
        : this(endpoint, product, time, NoApiMeter.Instance, logger)
    {
    }

    internal GitLabClient(GitLabEndpoint endpoint, ProductVersion product, TimeProvider time, IApiMeter meter, ILogger logger)
    {
        _endpoint = endpoint;
        _logger = logger;
        Connection = new GitLabConnection(endpoint, product, time, meter, logger);
        ShortToken = Engine.Plans.ShortToken.Of(endpoint.Token.Reveal());
    }

    /// <summary>Names the runner in logs; not a secret.</summary>
    public string ShortToken { get; }

    /// <summary>The last <c>X-GitLab-Last-Update</c> of a JSON call; sent with the next job request.</summary>
    public string? LastUpdate => _lastUpdate;

    internal GitLabConnection Connection { get; }

    /// <summary><c>POST runners</c> with the endpoint's registration token.</summary>
    public async Task<RegisterAnswer> RegisterAsync(RegisterRunnerRequest request, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("runners", request, ProtocolJson.Default.RegisterRunnerRequest, 201, "", cancellationToken);
        if (answer.Status == 201 && Decode(ref answer, ProtocolJson.Default.RegisterRunnerResponse) is { } registered)
        {
            Report(LogLevel.Information, "Registering runner...", " succeeded", answer);
            return new RegisterAnswer.Registered(registered.Id, new Secret(registered.Token), registered.TokenExpiresAt);
        }

        var result = answer.Status switch
        {
            403 => " forbidden (check registration token)",
            GitLabAnswer.NoClient => " client error",
            _ => " failed",
        };
        Report(LogLevel.Error, "Registering runner...", result, answer);
        return new RegisterAnswer.Refused(answer.StatusText);
    }

    /// <summary><c>POST runners/verify</c>. The identity must be complete: servers keep what they see first.</summary>
    public async Task<VerifyAnswer> VerifyAsync(RunnerIdentity info, string systemId, CancellationToken cancellationToken)
    {
        var request = new VerifyRunnerRequest { Info = info, Token = _endpoint.Token.Reveal(), SystemId = systemId };
        var answer = await PostAsync("runners/verify", request, ProtocolJson.Default.VerifyRunnerRequest, 200, "", cancellationToken);
        const string Prefix = "Verifying runner...";
        var authenticationToken = TokenKinds.IsAuthenticationToken(_endpoint.Token);
        var good = authenticationToken ? " is valid" : " is alive";
        if (answer.Status == 200 && Decode(ref answer, ProtocolJson.Default.VerifyRunnerResponse) is { } verified)
        {
            Report(LogLevel.Information, Prefix, good, answer);
            return new VerifyAnswer.Valid(verified.Id, new Secret(verified.Token), verified.TokenExpiresAt);
        }

        if (answer.Status == GitLabAnswer.NoAnswer)
        {
            // Servers of old answer in plain text: the status alone counts then.
            answer = await PostAsync("runners/verify", request, ProtocolJson.Default.VerifyRunnerRequest, null, "", cancellationToken);
            if (answer.Status == 200)
            {
                Report(LogLevel.Information, Prefix, good, answer);
                return new VerifyAnswer.Valid(0, default, null);
            }
        }

        if (answer.Status == 403)
        {
            Report(
                authenticationToken ? LogLevel.Information : LogLevel.Error, Prefix, authenticationToken ? " is not valid" : " is removed", answer);
            return new VerifyAnswer.Rejected();
        }

        Report(LogLevel.Error, Prefix, answer.Status == GitLabAnswer.NoClient ? " client error" : " failed", answer);
        return new VerifyAnswer.Unknown(answer.StatusText);
    }

    /// <summary><c>DELETE runners</c>: a runner that was registered with a registration token.</summary>
    public Task<bool> UnregisterAsync(CancellationToken cancellationToken) => DeleteAsync(
        "runners", "Unregistering runner from GitLab", new UnregisterRunnerRequest { Token = _endpoint.Token.Reveal() },
        ProtocolJson.Default.UnregisterRunnerRequest, cancellationToken);

    /// <summary><c>DELETE runners/managers</c>: this machine alone; the runner stays on the server.</summary>
    public Task<bool> UnregisterManagerAsync(string systemId, CancellationToken cancellationToken) => DeleteAsync(
        "runners/managers", "Unregistering runner manager from GitLab",
        new UnregisterManagerRequest { Token = _endpoint.Token.Reveal(), SystemId = systemId },
        ProtocolJson.Default.UnregisterManagerRequest, cancellationToken);

    /// <summary><c>POST runners/reset_authentication_token</c> with the runner's own token.</summary>
    public Task<ResetTokenAnswer> ResetTokenAsync(CancellationToken cancellationToken)
    {
        var body = Json(new ResetTokenRequest { Token = _endpoint.Token.Reveal() }, ProtocolJson.Default.ResetTokenRequest);
        return ResetAsync("runners/reset_authentication_token", body, null, default, cancellationToken);
    }

    /// <summary><c>POST runners/:id/reset_authentication_token</c> with a personal access token.</summary>
    public Task<ResetTokenAnswer> ResetTokenAsync(long runnerId, Secret personalAccessToken, CancellationToken cancellationToken) =>
        ResetAsync(
            $"runners/{runnerId}/reset_authentication_token", GitLabCall.Bytes("null"u8.ToArray(), "application/json"),
            ProtocolHeaders.PrivateToken, personalAccessToken, cancellationToken);

    /// <summary><c>POST jobs/request</c>. The server may hold the call for as long as its long poll lasts (50 s is common).</summary>
    public async Task<JobRequestAnswer> RequestJobAsync(
        RunnerIdentity info, string systemId, JobRequestOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "Checking for jobs...";
        var request = new JobRequest
        {
            Info = info,
            Token = _endpoint.Token.Reveal(),
            SystemId = systemId,
            LastUpdate = options.Holds ? _lastUpdate : null,
            Session = options.Session,
        };
        var answer = await PostAsync("jobs/request", request, ProtocolJson.Default.JobRequest, 201, "request_job", cancellationToken);
        if (answer.Status == 201 && Decode(ref answer, ProtocolJson.Default.JobPayload) is { } job)
        {
            using (LogFields.With(_logger, ("job", job.Id), ("repo_url", CleanAddress(job.GitInfo.RepoUrl))))
            {
                Report(LogLevel.Information, Prefix, " received", answer);
            }

            return new JobRequestAnswer.Received(job, answer.CorrelationId, answer.Retried);
        }

        switch (answer.Status)
        {
            case 204:
                Report(LogLevel.Debug, Prefix, " no content", answer);
                return new JobRequestAnswer.None(answer.Retried);
            case 403 or GitLabAnswer.NoClient:
                Report(LogLevel.Error, Prefix, answer.Status == 403 ? " forbidden" : " client error", answer);
                return new JobRequestAnswer.Refused(answer.StatusText, answer.Retried);
            case 503:
                Report(LogLevel.Warning, Prefix, " GitLab instance currently unavailable", answer);
                return new JobRequestAnswer.Failed(answer.StatusText, answer.Retried);
            default:
                Report(LogLevel.Warning, Prefix, " failed", answer);
                return new JobRequestAnswer.Failed(answer.StatusText, answer.Retried);
        }
    }

    public void Dispose() => Connection.Dispose();

    private static Func<HttpContent> Json<T>(T body, JsonTypeInfo<T> type) =>
        GitLabCall.Bytes(JsonSerializer.SerializeToUtf8Bytes(body, type), "application/json");

    private static T? Decode<T>(ref GitLabAnswer answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize(answer.Document.Span, type) is { } decoded)
            {
                return decoded;
            }

            answer = answer with { Status = GitLabAnswer.NoAnswer, StatusText = "decoding the response failed: it is null" };
        }
        catch (JsonException problem)
        {
            // The path says where; the text of the document may hold tokens and is not repeated.
            answer = answer with { Status = GitLabAnswer.NoAnswer, StatusText = $"decoding the response failed at {problem.Path}" };
        }

        return null;
    }

    private static string CleanAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? GitLabAddress.Clean(parsed) : "";

    private async Task<GitLabAnswer> PostAsync<T>(
        string path, T body, JsonTypeInfo<T> type, int? jsonStatus, string endpoint, CancellationToken cancellationToken)
    {
        var call = new GitLabCall
        {
            Method = HttpMethod.Post,
            Path = path,
            Endpoint = endpoint,
            TokenHeader = ProtocolHeaders.RunnerToken,
            Token = _endpoint.Token,
            Body = Json(body, type),
            JsonStatus = jsonStatus,
        };
        var answer = await Connection.SendAsync(call, cancellationToken);
        Remember(answer);
        return answer;
    }

    private async Task<bool> DeleteAsync<T>(string path, string prefix, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var call = new GitLabCall
        {
            Method = HttpMethod.Delete,
            Path = path,
            TokenHeader = ProtocolHeaders.RunnerToken,
            Token = _endpoint.Token,
            Body = Json(body, type),
        };
        var answer = await Connection.SendAsync(call, cancellationToken);
        if (answer.Status == 204)
        {
            Report(LogLevel.Information, prefix, " succeeded", answer);
            return true;
        }

        var result = answer.Status switch { 403 => " forbidden", GitLabAnswer.NoClient => " client error", _ => " failed" };
        Report(LogLevel.Error, prefix, result, answer);
        return false;
    }

    private async Task<ResetTokenAnswer> ResetAsync(
        string path, Func<HttpContent> body, string? header, Secret token, CancellationToken cancellationToken)
    {
        const string Prefix = "Resetting runner authentication token...";
        var call = new GitLabCall
        {
            Method = HttpMethod.Post,
            Path = path,
            Endpoint = "reset_token",
            TokenHeader = header,
            Token = token,
            Body = body,
            JsonStatus = 201,
        };
        var answer = await Connection.SendAsync(call, cancellationToken);
        Remember(answer);
        if (answer.Status == 201 && Decode(ref answer, ProtocolJson.Default.ResetTokenResponse) is { } renewed)
        {
            Report(LogLevel.Information, Prefix, " succeeded", answer);
            return new ResetTokenAnswer.Renewed(new Secret(renewed.Token), renewed.TokenExpiresAt);
        }

        var result = answer.Status switch
        {
            403 => " failed (check used token)",
            GitLabAnswer.NoClient => " client error",
            _ => " failed",
        };
        Report(LogLevel.Error, Prefix, result, answer);
        return new ResetTokenAnswer.Refused(answer.StatusText);
    }

    private void Report(LogLevel level, string prefix, string result, GitLabAnswer answer)
    {
        using var fields = ClientLog.Fields(_logger, ShortToken, answer, failed: level > LogLevel.Information);
        switch (level)
        {
            case LogLevel.Debug:
                ClientLog.Quiet(_logger, prefix, result);
                break;
            case LogLevel.Information:
                ClientLog.Done(_logger, prefix, result);
                break;
            case LogLevel.Warning:
                ClientLog.Doubtful(_logger, prefix, result);
                break;
            default:
                ClientLog.Failed(_logger, prefix, result);
                break;
        }
    }

    private void Remember(GitLabAnswer answer)
    {
        if (answer.Header(ProtocolHeaders.LastUpdate) is { Length: > 0 } value)
        {
            _lastUpdate = value;
        }
    }
}
