using System.Net;
using System.Text.RegularExpressions;
using Gantry.Coordinator.Tests.Hosting;

namespace Gantry.Coordinator.Tests.Web.Pages;

/// <summary>A browser without a screen: keeps cookies, follows nothing by itself, fills in forms.</summary>
internal sealed partial class WebVisitor : IDisposable
{
    private readonly HttpClient _http;

    public WebVisitor(TestServer server) =>
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
        {
            BaseAddress = new Uri(server.Host.Url),
            Timeout = TimeSpan.FromSeconds(30),
        };

    public static async Task<WebVisitor> SignedInAsync(TestServer server)
    {
        var visitor = new WebVisitor(server);
        using var answer = await visitor.PostAsync("/users/sign_in", ("token", server.RootToken), ("return", "/"));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return visitor;
    }

    public async Task<HttpResponseMessage> OpenAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>The text of a page; fails the test when it is not there.</summary>
    public async Task<string> ReadAsync(string path, params (string Name, string Value)[] headers)
    {
        using var answer = await OpenAsync(path, headers);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {answer.Headers.Location} {text}");
        return text;
    }

    /// <summary>Posts with the token of a form.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        await PostBareAsync(path, [("authenticity_token", await TokenAsync()), .. fields]);

    /// <summary>Posts exactly these fields.</summary>
    public async Task<HttpResponseMessage> PostBareAsync(string path, IReadOnlyList<(string Name, string Value)> fields, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> TokenAsync() => TokenField().Match(await ReadAsync("/users/sign_in")).Groups[1].Value;

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"authenticity_token\" value=\"([0-9a-f]+)\"")]
    private static partial Regex TokenField();
}
