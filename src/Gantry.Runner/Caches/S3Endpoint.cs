using Gantry.Runner.Clouds;

namespace Gantry.Runner.Caches;

/// <summary>Where a bucket is, and how it is addressed (official-cli-config §2.5.2).</summary>
internal sealed record S3Endpoint
{
    private const string Accelerated = "s3-accelerate";

    /// <summary>Of a store that is not AWS's default; null: chosen by region.</summary>
    public Uri? Custom { get; private init; }

    public required bool PathStyle { get; init; }
    public required bool Accelerate { get; init; }
    public required bool DualStack { get; init; }

    public static S3Endpoint Of(S3Settings settings)
    {
        var url = UrlOf(settings);
        var pathStyle = settings.PathStyle ?? (url is not null && !IsVirtualHost(url.Host));
        // AWS's general address means "the one of the region".
        var custom = url is null || url.Host == "s3.amazonaws.com" ? null : url;
        return new S3Endpoint
        {
            Custom = custom,
            PathStyle = pathStyle,
            Accelerate = custom?.Host.StartsWith(Accelerated, StringComparison.Ordinal) ?? settings.Accelerate,
            DualStack = custom is null && IsDualStack(settings),
        };
    }

    public static bool IsDualStack(S3Settings settings) => settings.DualStack ?? true;

    /// <summary>Null: AWS's default, or not an address.</summary>
    public static Uri? UrlOf(S3Settings settings)
    {
        if (settings.ServerAddress.Length == 0 || settings.ServerAddress.Any(c => c <= ' ' || c == '/'))
        {
            return null;
        }

        return Uri.TryCreate($"{(settings.Insecure ? "http" : "https")}://{settings.ServerAddress}", UriKind.Absolute, out var url) ? url : null;
    }

    /// <summary><c>iam</c>, <c>access-key</c> or null when the text is neither.</summary>
    public static string? AuthenticationOf(S3Settings settings) => settings.AuthenticationType.ToLowerInvariant() switch
    {
        "iam" => "iam",
        "access-key" => "access-key",
        "" => settings.ServerAddress.Length == 0 || settings.AccessKey.Length == 0 || settings.SecretKey.IsEmpty ? "iam" : "access-key",
        _ => null,
    };

    /// <summary>The address of an object, path encoded.</summary>
    public Uri ObjectAddress(S3Settings settings, string region, string name)
    {
        var root = Custom ?? new Uri($"https://{RegionHost(region)}");
        var path = CloudText.EscapePath(name);
        return PathStyle
            ? new Uri($"{root.Scheme}://{root.Authority}/{settings.BucketName}/{path}")
            : new Uri($"{root.Scheme}://{settings.BucketName}.{root.Authority}/{path}");
    }

    private string RegionHost(string region)
    {
        var stack = DualStack ? ".dualstack" : "";
        return Accelerate && !PathStyle
            ? $"{Accelerated}{stack}.{AwsNames.Domain(region)}"
            : $"s3{stack}.{region}.{AwsNames.Domain(region)}";
    }

    private static bool IsVirtualHost(string host) =>
        host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith("storage.googleapis.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".aliyuncs.com", StringComparison.OrdinalIgnoreCase);
}
