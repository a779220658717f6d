namespace Gantry.Runner.Configuration.Shapes;

/// <summary>Keys of <c>[runners.cache]</c> (official-cli-config §2.5.2).</summary>
internal static class CacheShape
{
    /// <summary><c>[runners.cache.s3]</c>.</summary>
    public static readonly ConfigShape S3 = new(
    [
        ConfigKey.Text("ServerAddress").Flag("--cache-s3-server-address", "CACHE_S3_SERVER_ADDRESS"),
        ConfigKey.Text("AccessKey").Secret().Flag("--cache-s3-access-key", "CACHE_S3_ACCESS_KEY"),
        ConfigKey.Text("SecretKey").Secret().Flag("--cache-s3-secret-key", "CACHE_S3_SECRET_KEY"),
        ConfigKey.Text("SessionToken").Secret().Flag("--cache-s3-session-token", "CACHE_S3_SESSION_TOKEN"),
        ConfigKey.Text("BucketName").Flag("--cache-s3-bucket-name", "CACHE_S3_BUCKET_NAME"),
        ConfigKey.Text("BucketLocation").Flag("--cache-s3-bucket-location", "CACHE_S3_BUCKET_LOCATION"),
        ConfigKey.Boolean("Insecure").Flag("--cache-s3-insecure", "CACHE_S3_INSECURE"),
        ConfigKey.Text("AuthenticationType").Flag("--cache-s3-authentication_type", "CACHE_S3_AUTHENTICATION_TYPE"),
        ConfigKey.Text("ServerSideEncryption").Flag("--cache-s3-server-side-encryption", "CACHE_S3_SERVER_SIDE_ENCRYPTION"),
        ConfigKey.Text("ServerSideEncryptionKeyID").Flag("--cache-s3-server-side-encryption-key-id", "CACHE_S3_SERVER_SIDE_ENCRYPTION_KEY_ID"),
        ConfigKey.OptionalBoolean("DualStack").Flag("--cache-s3-dual-stack", "CACHE_S3_DUAL_STACK"),
        ConfigKey.OptionalBoolean("PathStyle").Flag("--cache-s3-path-style", "CACHE_S3_PATH_STYLE"),
        ConfigKey.Boolean("Accelerate").Flag("--cache-s3-accelerate", "CACHE_S3_ACCELERATE"),
        ConfigKey.Text("RoleARN").Flag("--cache-s3-role-arn", "CACHE_S3_ROLE_ARN"),
        ConfigKey.Text("UploadRoleARN").Flag("--cache-s3-upload-role-arn", "CACHE_S3_UPLOAD_ROLE_ARN"),
        ConfigKey.Number("AssumeRoleMaxConcurrency").Written().Flag("--cache-s3-assume-role-max-concurrency", "CACHE_S3_ASSUME_ROLE_MAX_CONCURRENCY"),
        ConfigKey.Boolean("DisableAssumeRoleCredentialsCaching").Flag("--cache-s3-disable-assume-role-credentials-caching", "CACHE_S3_DISABLE_ASSUME_ROLE_CREDENTIALS_CACHING"),
    ]);

    /// <summary><c>[runners.cache.gcs]</c>.</summary>
    public static readonly ConfigShape Gcs = new(
    [
        ConfigKey.Text("AccessID").Flag("--cache-gcs-access-id", "CACHE_GCS_ACCESS_ID"),
        ConfigKey.Text("PrivateKey").Secret().Flag("--cache-gcs-private-key", "CACHE_GCS_PRIVATE_KEY"),
        ConfigKey.Text("CredentialsFile").Flag("--cache-gcs-credentials-file", "GOOGLE_APPLICATION_CREDENTIALS"),
        ConfigKey.Text("BucketName").Flag("--cache-gcs-bucket-name", "CACHE_GCS_BUCKET_NAME"),
        ConfigKey.Text("UniverseDomain").Flag("--cache-gcs-universe-domain", "CACHE_GCS_UNIVERSE_DOMAIN"),
    ]);

    /// <summary><c>[runners.cache.azure]</c>.</summary>
    public static readonly ConfigShape Azure = new(
    [
        ConfigKey.Text("AccountName").Flag("--cache-azure-account-name", "CACHE_AZURE_ACCOUNT_NAME"),
        ConfigKey.Text("AccountKey").Secret().Flag("--cache-azure-account-key", "CACHE_AZURE_ACCOUNT_KEY"),
        ConfigKey.Text("ContainerName").Flag("--cache-azure-container-name", "CACHE_AZURE_CONTAINER_NAME"),
        ConfigKey.Text("StorageDomain").Flag("--cache-azure-storage-domain", "CACHE_AZURE_STORAGE_DOMAIN"),
    ]);

    /// <summary><c>[runners.cache]</c>.</summary>
    public static readonly ConfigShape Cache = new(
    [
        ConfigKey.Text("Type").Flag("--cache-type", "CACHE_TYPE"),
        ConfigKey.Text("Path").Flag("--cache-path", "CACHE_PATH"),
        ConfigKey.Boolean("Shared").Flag("--cache-shared", "CACHE_SHARED"),
        ConfigKey.Number("MaxUploadedArchiveSize").Written().Flag("--cache-max_uploaded_archive_size", "CACHE_MAXIMUM_UPLOADED_ARCHIVE_SIZE"),
        ConfigKey.Table("s3", S3),
        ConfigKey.Table("gcs", Gcs),
        ConfigKey.Table("azure", Azure),
    ]);
}
