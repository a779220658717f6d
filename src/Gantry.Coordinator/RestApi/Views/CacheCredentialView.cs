namespace Gantry.Coordinator.RestApi.Views;

/// <summary>How a runner reaches the built-in cache store. Holds a secret.</summary>
internal sealed record CacheCredentialView(
    string ServerAddress, string AccessKey, string SecretKey, string BucketName, string BucketLocation, bool Insecure, string ConfigToml)
{
    public override string ToString() => $"{AccessKey} [MASKED]";
}
