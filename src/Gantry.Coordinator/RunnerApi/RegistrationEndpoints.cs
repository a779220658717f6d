using System.Text.Json;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>Registration, verification and removal of runners (official-job-protocol §1.6).</summary>
internal sealed class RegistrationEndpoints(CoordinatorServices services)
{
    private readonly AttemptLimit _limit = new(services.Clock);

    public void Map(ApiRoutes routes)
    {
        routes.MapRaw("POST", "runners", RegisterAsync);
        routes.MapRaw("POST", "runners/verify", VerifyAsync);
        routes.MapRaw("DELETE", "runners", UnregisterAsync);
        routes.MapRaw("DELETE", "runners/managers", UnregisterMachineAsync);
        routes.MapRaw("POST", "runners/reset_authentication_token", ResetTokenAsync);
        routes.MapRaw("GET", "runners/router/discovery", RefuseRouterAsync);
    }

    private async Task RegisterAsync(HttpContext http)
    {
        var from = http.Connection.RemoteIpAddress;
        if (!_limit.IsOpen(from))
        {
            http.Response.Headers.RetryAfter = "60";
            throw new ApiException(StatusCodes.Status429TooManyRequests, "This endpoint has been requested too many times. Try again later.") { IsParameter = true };
        }

        var values = await RequestValues.ReadAsync(http.Request, http.RequestAborted);
        var token = values.Required("token");
        var draft = new RunnerDraft
        {
            Legacy = true,
            Description = values.Text("description") ?? "",
            TagList = values.Texts("tag_list") ?? [],
            RunUntagged = values.Flag("run_untagged") ?? values.Texts("tag_list") is not { Count: > 0 },
            Locked = values.Flag("locked") ?? true,
            Paused = values.Flag("paused") ?? (values.Flag("active") is false),
            AccessLevel = values.Text("access_level") is { Length: > 0 } level ? level : "not_protected",
            MaximumTimeout = values.Number("maximum_timeout") is > 0 and var timeout ? timeout : null,
            MaintenanceNote = values.Text("maintenance_note") ?? values.Text("maintainer_note") ?? "",
        };
        foreach (var (field, message) in draft.Problems())
        {
            throw ApiException.Refused(field, message);
        }

        var made = await services.Database.WriteAsync(
            session =>
            {
                if (session.Instance.Find(InstanceStore.RegistrationToken) == token)
                {
                    return draft.Save(session, services.Clock.GetUtcNow());
                }

                return session.Projects.FindByRunnersToken(token) is { } project
                    ? (draft with { ProjectId = project.Id }).Save(session, services.Clock.GetUtcNow())
                    : ((RunnerRow Runner, string Token)?)null;
            },
            http.RequestAborted);
        if (made is not var (runner, authentication))
        {
            _limit.Failed(from);
            throw ApiException.Forbidden("invalid token supplied");
        }

        await AnswerAsync(http, StatusCodes.Status201Created, runner, authentication);
    }

    private async Task VerifyAsync(HttpContext http)
    {
        var (token, known) = await MeetAsync(http);
        if (known.Runner.Type == "project_type" && known.ProjectIds.Count == 0)
        {
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, "Runner is orphaned");
        }

        await AnswerAsync(http, StatusCodes.Status200OK, known.Runner, token);
    }

    private async Task UnregisterAsync(HttpContext http)
    {
        var (_, runner) = await FindAsync(http);
        await services.Database.WriteAsync(session => session.Runners.Delete(runner.Id), http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task UnregisterMachineAsync(HttpContext http)
    {
        var values = await RequestValues.ReadAsync(http.Request, http.RequestAborted);
        var (_, runner) = await FindAsync(http, values);
        var system = values.Required("system_id");
        if (!await services.Database.WriteAsync(session => session.Managers.Delete(runner.Id, system), http.RequestAborted))
        {
            throw ApiException.NotFound("Runner manager");
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ResetTokenAsync(HttpContext http)
    {
        var (_, runner) = await FindAsync(http);
        var token = RunnerTokens.Create(runner.Legacy);
        await services.Database.WriteAsync(
            session => session.Runners.SetToken(runner.Id, token, RunnerTokens.Shorten(token), runner.TokenExpiresAt), http.RequestAborted);
        await Answers.WriteAsync(
            http, StatusCodes.Status201Created, new ResetTokenResponse { Token = token, TokenExpiresAt = runner.TokenExpiresAt },
            ProtocolJson.Default.ResetTokenResponse);
    }

    // There is no router: the runner polls by REST then.
    private static Task RefuseRouterAsync(HttpContext http) =>
        throw new ApiException(StatusCodes.Status501NotImplemented, "501 Not Implemented");

    private async Task<(string Token, KnownRunner Known)> MeetAsync(HttpContext http)
    {
        var values = await RequestValues.ReadAsync(http.Request, http.RequestAborted);
        var token = values.Required("token");
        var identity = values.Node("info")?.Deserialize(ProtocolJson.Default.RunnerIdentity) ?? new RunnerIdentity();
        var contact = new RunnerContact(values.Text("system_id") ?? "", identity, Answers.AddressOf(http));
        return (token, await services.Heartbeats.MeetAsync(token, contact, http.RequestAborted) ?? throw ApiException.Forbidden());
    }

    private async Task<(string Token, RunnerRow Runner)> FindAsync(HttpContext http, RequestValues? read = null)
    {
        var values = read ?? await RequestValues.ReadAsync(http.Request, http.RequestAborted);
        var token = values.Text("token") ?? (string?)http.Request.Headers[ProtocolHeaders.RunnerToken] ?? throw ApiException.BadParameter("token is missing");
        var now = services.Clock.GetUtcNow();
        return (token, await services.Database.ReadAsync(session => session.Runners.FindByToken(token, now), http.RequestAborted) ?? throw ApiException.Forbidden());
    }

    private static Task AnswerAsync(HttpContext http, int status, RunnerRow runner, string token) =>
        Answers.WriteAsync(
            http, status, new RegisterRunnerResponse { Id = runner.Id, Token = token, TokenExpiresAt = runner.TokenExpiresAt },
            ProtocolJson.Default.RegisterRunnerResponse);
}
