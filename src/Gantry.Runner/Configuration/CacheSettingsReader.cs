using Gantry.Engine;
using Gantry.Runner.Caches;

namespace Gantry.Runner.Configuration;

/// <summary><c>[runners.cache]</c> as settings.</summary>
public static class CacheSettingsReader
{
    public static CacheSettings Read(ConfigTable cache) => new()
    {
        Type = cache.Text("Type"),
        Path = cache.Text("Path"),
        Shared = cache.Boolean("Shared"),
        MaxUploadedArchiveSize = cache.Number("MaxUploadedArchiveSize"),
        S3 = S3(cache.TableOrEmpty("s3")),
        Gcs = Gcs(cache.TableOrEmpty("gcs")),
        Azure = Azure(cache.TableOrEmpty("azure")),
    };

    public static S3Settings S3(ConfigTable s3) => new()
    {
        ServerAddress = s3.Text("ServerAddress"),
        AccessKey = s3.Text("AccessKey"),
        SecretKey = new Secret(s3.Text("SecretKey")),
        SessionToken = new Secret(s3.Text("SessionToken")),
        BucketName = s3.Text("BucketName"),
        BucketLocation = s3.Text("BucketLocation"),
        Insecure = s3.Boolean("Insecure"),
        AuthenticationType = s3.Text("AuthenticationType"),
        ServerSideEncryption = s3.Text("ServerSideEncryption"),
        ServerSideEncryptionKeyId = s3.Text("ServerSideEncryptionKeyID"),
        DualStack = s3.OptionalBoolean("DualStack"),
        PathStyle = s3.OptionalBoolean("PathStyle"),
        Accelerate = s3.Boolean("Accelerate"),
        RoleArn = s3.Text("RoleARN"),
        UploadRoleArn = s3.Text("UploadRoleARN"),
        AssumeRoleMaxConcurrency = s3.Number("AssumeRoleMaxConcurrency"),
        DisableAssumeRoleCredentialsCaching = s3.Boolean("DisableAssumeRoleCredentialsCaching"),
    };

    private static GcsSettings Gcs(ConfigTable gcs) => new()
    {
        AccessId = gcs.Text("AccessID"),
        PrivateKey = new Secret(gcs.Text("PrivateKey")),
        CredentialsFile = gcs.Text("CredentialsFile"),
        BucketName = gcs.Text("BucketName"),
        UniverseDomain = gcs.Text("UniverseDomain"),
    };

    private static AzureSettings Azure(ConfigTable azure) => new()
    {
        AccountName = azure.Text("AccountName"),
        AccountKey = new Secret(azure.Text("AccountKey")),
        ContainerName = azure.Text("ContainerName"),
        StorageDomain = azure.Text("StorageDomain"),
    };
}
