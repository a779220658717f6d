using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Transfers;

/// <summary>
/// Moves one cache archive between a file and an object store (official-job-protocol §7.7): three tries a second apart for what
/// may pass, a broken download goes on where it stopped, a file is only replaced by a whole one.
/// </summary>
internal sealed class RemoteArchive(TransferTools tools)
{
    private const int Tries = 3;
    private readonly ServiceHttp _http = tools.Http ?? throw new InvalidOperationException("an address of a store and no connections");
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(60);

    /// <summary>The newer of the two; the first in doubt.</summary>
    public async Task<CacheAddress> NewerAsync(CacheAddress primary, CacheAddress? alternate, CancellationToken cancellationToken)
    {
        if (alternate is null || alternate.HeadUrl.IsEmpty || primary.HeadUrl.IsEmpty)
        {
            return primary;
        }

        var first = await ModifiedAsync(primary, cancellationToken);
        var second = await ModifiedAsync(alternate, cancellationToken);
        return second is not null && (first is null || second > first) ? alternate : primary;
    }

    /// <summary>False also when nobody can say.</summary>
    public async Task<bool> ExistsAsync(CacheAddress address, CancellationToken cancellationToken) =>
        !address.HeadUrl.IsEmpty && await HeadAsync(address, cancellationToken) is { IsSuccess: true };

    /// <summary>Returns false when the file is as new as the object.</summary>
    /// <exception cref="TransferException">There is no such object, or it cannot be fetched.</exception>
    public async Task<bool> DownloadAsync(CacheAddress address, string file, CancellationToken cancellationToken)
    {
        var url = new Uri(address.Url.Reveal());
        TransferLog.Note(tools.Logger, $"Downloading {Path.GetFileName(file)} from {ServiceHttp.Name(url)}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var part = new PartialFile(Path.Combine(Path.GetDirectoryName(file)!, $"archive_{Guid.NewGuid():N}"));
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var step = await StepAsync(url, file, part, cancellationToken);
                if (step.Problem is null)
                {
                    return step.Fetched;
                }

                if (!step.Again || attempt >= Tries)
                {
                    throw new TransferException(step.Problem);
                }

                TransferLog.Warning(tools.Logger, $"{step.Problem}. Retrying...");
                await Task.Delay(Pause, tools.Time, cancellationToken);
            }
        }
        finally
        {
            File.Delete(part.Path);
        }
    }

    /// <exception cref="TransferException">It was refused, or the store cannot be reached.</exception>
    public async Task UploadAsync(CacheAddress address, string file, CancellationToken cancellationToken)
    {
        var url = new Uri(address.Url.Reveal());
        TransferLog.Note(tools.Logger, $"Uploading {Path.GetFileName(file)} to {ServiceHttp.Name(url)}");
        for (var attempt = 1; ; attempt++)
        {
            string problem;
            try
            {
                await using var stream = new FileStream(
                    file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
                await using var metered = MeteredStream.Over(stream, tools, "Uploading cache", stream.Length);
                using var request = Put(url, address, (stream.Length, File.GetLastWriteTimeUtc(file)), metered);
                using var answer = await _http.OpenAsync(request, AnswerWithin, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                problem = await RefusalAsync(answer, cancellationToken);
                if ((int)answer.StatusCode < 500)
                {
                    throw new TransferException(problem);
                }
            }
            catch (ServiceException broken)
            {
                problem = broken.Message;
            }

            if (attempt >= Tries)
            {
                throw new TransferException(problem);
            }

            TransferLog.Warning(tools.Logger, $"{problem}. Retrying...");
            await Task.Delay(Pause, tools.Time, cancellationToken);
        }
    }

    /// <summary>The whole length that a <c>Content-Range</c> names; null when it names none.</summary>
    public static long? TotalOf(string header) => ContentRangeHeaderValue.TryParse(header, out var range) ? range.Length : null;

    private static HttpRequestMessage Put(Uri url, CacheAddress address, (long Length, DateTime ModifiedAt) file, Stream stream)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new StreamContent(stream, 1024 * 1024) };
        request.Content.Headers.ContentLength = file.Length;
        request.Content.Headers.LastModified = file.ModifiedAt;
        foreach (var (name, value) in address.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (request.Content.Headers.ContentType is null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        }

        return request;
    }

    private async Task<Step> StepAsync(Uri url, string file, PartialFile part, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (part is { Length: > 0, Tag: { } tag })
            {
                request.Headers.Range = new RangeHeaderValue(part.Length, null);
                request.Headers.TryAddWithoutValidation("If-Range", tag);
            }

            using var answer = await _http.OpenAsync(request, HeadersWithin, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                return new Step("file does not exist", Again: false);
            }

            if (!answer.IsSuccessStatusCode)
            {
                return new Step(await RefusalAsync(answer, cancellationToken), Again: (int)answer.StatusCode >= 500);
            }

            var modified = answer.Content.Headers.LastModified;
            if (modified is { } when && File.Exists(file) && File.GetLastWriteTimeUtc(file) >= when.UtcDateTime)
            {
                TransferLog.Note(tools.Logger, $"{Path.GetFileName(file)} is up to date");
                return new Step(null, Again: false) { Fetched = false };
            }

            await part.FillAsync(answer, tools, cancellationToken);
            await CacheMetadata.WriteAsync(file, CacheMetadata.Of(answer.Headers), cancellationToken);
            File.Move(part.Path, file, overwrite: true);
            if (modified is { } time)
            {
                File.SetLastWriteTimeUtc(file, time.UtcDateTime);
            }

            return new Step(null, Again: false);
        }
        catch (Exception broken) when (broken is ServiceException or HttpRequestException or IOException)
        {
            return new Step(broken.Message, Again: broken is not IOException || part.NetworkBroke);
        }
    }

    private async Task<DateTimeOffset?> ModifiedAsync(CacheAddress address, CancellationToken cancellationToken) =>
        await HeadAsync(address, cancellationToken) is { IsSuccess: true } answer
        && DateTimeOffset.TryParse(answer.Headers.GetValueOrDefault("Last-Modified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var when)
            ? when
            : null;

    private async Task<ServiceAnswer?> HeadAsync(CacheAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.CallAsync(new ServiceCall(HttpMethod.Head, new Uri(address.HeadUrl.Reveal())), cancellationToken);
        }
        catch (ServiceException broken)
        {
            TransferLog.Warning(tools.Logger, broken.Message);
            return null;
        }
    }

    private static async Task<string> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        var line = $"received: {(int)answer.StatusCode} {answer.ReasonPhrase}";
        return CloudText.XmlElement(body, "Code") is { } code
            ? $"{line}. Request failed with code: {code}, message: {CloudText.OneLine(CloudText.XmlElement(body, "Message") ?? "")}"
            : line;
    }

    /// <param name="Problem">Null: done.</param>
    /// <param name="Again">It may pass.</param>
    private sealed record Step(string? Problem, bool Again)
    {
        public bool Fetched { get; init; } = true;
    }
}
