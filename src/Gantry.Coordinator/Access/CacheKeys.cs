using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Access;

/// <summary>
/// The key pair with which a runner signs addresses of the built-in cache store. Nothing is stored per runner: the secret follows
/// from the instance's own and the runner's token, so that a new token makes the old pair worthless.
/// </summary>
internal static class CacheKeys
{
    private const string Prefix = "runner-";
    private const string Root = "cache_key";

    public static string AccessKey(RunnerRow runner) => Prefix + runner.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null when the key names no runner.</summary>
    public static RunnerRow? Find(StoreSession session, string accessKey) =>
        accessKey.StartsWith(Prefix, StringComparison.Ordinal) && long.TryParse(accessKey.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? session.Runners.Find(id)
            : null;

    /// <summary>Null before <see cref="Ensure"/> was called once for this instance.</summary>
    public static string? Secret(StoreSession session, RunnerRow runner) => session.Instance.Find(Root) is { } root
        ? Base64Url.EncodeToString(HMACSHA256.HashData(
            Convert.FromHexString(root), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{runner.Id} {runner.ShortToken}"))))
        : null;

    public static void Ensure(StoreSession session)
    {
        if (session.Instance.Find(Root) is null)
        {
            session.Instance.Set(Root, RandomNumberGenerator.GetHexString(64, lowercase: true));
        }
    }
}
