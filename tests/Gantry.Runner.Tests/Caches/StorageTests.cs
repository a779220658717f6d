using System.Security.Cryptography;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Caches;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Services;

namespace Gantry.Runner.Tests.Caches;

/// <summary>Which addresses the three stores give, and with whose credentials.</summary>
public sealed class StorageTests : IDisposable
{
    private const string AzureKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private readonly ServiceHttp _http = new(TimeProvider.System);
    private readonly Dictionary<string, string> _environment = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_bucket_at_AWS_is_addressed_by_its_region()
    {
        using var storages = Storages();
        var s3 = Keys() with { BucketLocation = "eu-west-1" };
        Assert.StartsWith("https://caches.s3.dualstack.eu-west-1.amazonaws.com/runner/short/project/10/main?", await UrlAsync(storages, s3), StringComparison.Ordinal);
        Assert.StartsWith("https://caches.s3.eu-west-1.amazonaws.com/", await UrlAsync(storages, s3 with { DualStack = false }), StringComparison.Ordinal);
        Assert.StartsWith("https://caches.s3-accelerate.dualstack.amazonaws.com/", await UrlAsync(storages, s3 with { Accelerate = true }), StringComparison.Ordinal);
        Assert.StartsWith("https://s3.dualstack.eu-west-1.amazonaws.com/caches/", await UrlAsync(storages, s3 with { PathStyle = true }), StringComparison.Ordinal);
        Assert.StartsWith(
            "http://minio.example:9000/caches/runner/", await UrlAsync(storages, s3 with { ServerAddress = "minio.example:9000", Insecure = true }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_that_is_not_given_is_asked_for()
    {
        await using var store = await LocalService.StartAsync(_ => new ServiceReply(403) { Headers = new Dictionary<string, string> { ["x-amz-bucket-region"] = "ap-south-1" } });
        using var storages = Storages();
        var url = await UrlAsync(storages, Keys() with { ServerAddress = store.Authority, Insecure = true });
        Assert.Contains("%2Fap-south-1%2Fs3%2F", url, StringComparison.Ordinal);
        Assert.Equal("HEAD /caches/", Assert.Single(store.Requests).ToString());
    }

    [Fact]
    public async Task Encryption_is_asked_for_in_signed_headers()
    {
        using var storages = Storages();
        var settings = new CacheSettings
        {
            Type = "s3",
            S3 = Keys() with { BucketLocation = "eu-west-1", ServerSideEncryption = "kms", ServerSideEncryptionKeyId = "alias/caches" },
        };
        var upload = await storages.For(settings)!.ForUploadAsync(Wanted("main"), Token);
        Assert.Equal("aws:kms", upload!.Headers["x-amz-server-side-encryption"]);
        Assert.Equal("alias/caches", upload.Headers["x-amz-server-side-encryption-aws-kms-key-id"]);
        Assert.Contains(
            "X-Amz-SignedHeaders=host%3Bx-amz-meta-cachekey%3Bx-amz-server-side-encryption%3Bx-amz-server-side-encryption-aws-kms-key-id",
            upload.Url.Reveal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_for_the_cache_signs_for_the_one_object_only()
    {
        await using var sts = await LocalService.StartAsync(request => request.Header("Authorization").StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", StringComparison.Ordinal)
            ? new ServiceReply(200, Credentials("ASIAROLE"))
            : new ServiceReply(403));
        _environment["AWS_ENDPOINT_URL_STS"] = sts.Url;
        using var storages = Storages();
        var storage = storages.For(new CacheSettings
        {
            Type = "s3",
            S3 = Keys() with { BucketLocation = "eu-west-1", UploadRoleArn = "arn:aws:iam::1:role/up", ServerSideEncryption = "KMS", ServerSideEncryptionKeyId = "arn:aws:kms:key" },
        })!;
        var upload = await storage.ForUploadAsync(Wanted("main"), Token);
        Assert.Contains("X-Amz-Credential=ASIAROLE%2F", upload!.Url.Reveal(), StringComparison.Ordinal);
        Assert.Contains("X-Amz-Security-Token=session", upload.Url.Reveal(), StringComparison.Ordinal);
        await storage.ForUploadAsync(Wanted("main"), Token);
        var download = await storage.ForDownloadAsync(Wanted("main"), Token);
        Assert.Contains("X-Amz-Credential=AKIDEXAMPLE%2F", download!.Url.Reveal(), StringComparison.Ordinal);

        var call = Assert.Single(sts.Requests);
        Assert.Equal("arn:aws:iam::1:role/up", call.Field("RoleArn"));
        Assert.Matches("^gitlab-runner-cache-upload-[0-9a-f]{16}$", call.Field("RoleSessionName"));
        Assert.Equal(
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject"],"Resource":"arn:aws:s3:::caches/runner/short/project/10/main"},{"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"arn:aws:kms:key"}]}""",
            call.Field("Policy"));
    }

    [Fact]
    public async Task Without_keys_the_role_of_the_instance_signs()
    {
        await using var metadata = await LocalService.StartAsync(request => request.ToString() switch
        {
            "PUT /latest/api/token" => new ServiceReply(200, "imds-token"),
            _ when request.Header("X-aws-ec2-metadata-token") != "imds-token" => new ServiceReply(401),
            "GET /latest/meta-data/iam/security-credentials/" => new ServiceReply(200, "runner-role"),
            "GET /latest/meta-data/iam/security-credentials/runner-role" => new ServiceReply(
                200, """{"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}"""),
            _ => new ServiceReply(404),
        });
        _environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.Url;
        using var storages = Storages();
        Assert.Contains("Credential=ASIAINSTANCE%2F", await UrlAsync(storages, new S3Settings { BucketName = "caches", BucketLocation = "eu-west-1" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_keys_a_web_identity_signs()
    {
        using var folder = new TempFolder();
        var token = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(token, "the-jwt\n", Token);
        await using var sts = await LocalService.StartAsync(request =>
            request.Field("Action") == "AssumeRoleWithWebIdentity" && request.Field("WebIdentityToken") == "the-jwt" && request.Header("Authorization").Length == 0
                ? new ServiceReply(200, Credentials("ASIAWEB"))
                : new ServiceReply(400));
        _environment["AWS_ENDPOINT_URL_STS"] = sts.Url;
        _environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = token;
        _environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/pod";
        using var storages = Storages();
        Assert.Contains("Credential=ASIAWEB%2F", await UrlAsync(storages, new S3Settings { BucketName = "caches", BucketLocation = "eu-west-1" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "eu-west-1", "BucketName")]
    [InlineData("caches", "https://minio:9000", "eu-west-1", "without https://")]
    [InlineData("caches", "", "nonsense", "use access-key or iam")]
    public async Task Settings_that_do_not_work_are_named(string bucket, string server, string authentication, string expected)
    {
        using var storages = Storages();
        var s3 = Keys() with { BucketName = bucket, BucketLocation = "eu-west-1", ServerAddress = server, AuthenticationType = authentication == "nonsense" ? authentication : "access-key" };
        var problem = await Assert.ThrowsAsync<CacheStorageException>(() => UrlAsync(storages, s3));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ObjectStore.SecretKey, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google_addresses_are_signed_with_type_key_and_size_limit()
    {
        using var key = RSA.Create(2048);
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "key.json");
        await File.WriteAllTextAsync(file, $$"""{"type":"service_account","client_email":"ci@p.iam.gserviceaccount.com","private_key":"{{key.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal)}}"}""", Token);
        using var storages = Storages();
        var storage = storages.For(new CacheSettings { Type = "gcs", MaxUploadedArchiveSize = 500, Gcs = new GcsSettings { BucketName = "caches", CredentialsFile = file } })!;
        var upload = await storage.ForUploadAsync(Wanted("main"), Token);
        Assert.StartsWith("https://storage.googleapis.com/caches/runner/short/project/10/main?", upload!.Url.Reveal(), StringComparison.Ordinal);
        Assert.Contains("X-Goog-SignedHeaders=content-type%3Bhost%3Bx-goog-content-length-range%3Bx-goog-meta-cachekey", upload.Url.Reveal(), StringComparison.Ordinal);
        Assert.Equal("0,500", upload.Headers["X-Goog-Content-Length-Range"]);
        await File.WriteAllTextAsync(file, """{"type":"authorized_user"}""", Token);
        var problem = await Assert.ThrowsAsync<CacheStorageException>(() => storage.ForDownloadAsync(Wanted("main"), Token));
        Assert.Contains("service account", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_Google_signs_for_the_machine()
    {
        using var key = RSA.Create(2048);
        await using var google = await LocalService.StartAsync(request => request switch
        {
            { Path: "/computeMetadata/v1/instance/service-accounts/default/email" } when request.Header("Metadata-Flavor") == "Google" => new ServiceReply(200, "vm@p.iam"),
            { Path: "/computeMetadata/v1/instance/service-accounts/default/token" } when request.Header("Metadata-Flavor") == "Google" =>
                new ServiceReply(200, """{"access_token":"ya29","expires_in":3599,"token_type":"Bearer"}"""),
            { Path: "/iamcredentials/v1/projects/-/serviceAccounts/vm%40p.iam:signBlob" } when request.Header("Authorization") == "Bearer ya29" => new ServiceReply(
                200, $$"""{"keyId":"1","signedBlob":"{{Convert.ToBase64String(key.SignData(Convert.FromBase64String(request.Text.Split('"')[3]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}}"}"""),
            _ => new ServiceReply(404),
        });
        _environment["GCE_METADATA_HOST"] = google.Authority;
        using var storages = Storages(new Uri(google.Url));
        var address = await storages.For(new CacheSettings { Type = "gcs", Gcs = new GcsSettings { BucketName = "caches" } })!.ForDownloadAsync(Wanted("main"), Token);
        Assert.Contains("X-Goog-Credential=vm%40p.iam%2F", address!.Url.Reveal(), StringComparison.Ordinal);
        Assert.Matches("X-Goog-Signature=[0-9a-f]{512}$", address.Url.Reveal());
    }

    // The first by Azure.Storage.Blobs 12.30.1; the second by the field order of the service's documentation for its version.
    [Fact]
    public void Azure_signatures_are_those_of_the_SDK()
    {
        var expires = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var own = new AzureSas("devstoreaccount1", new Secret(AzureKey)) { Version = "2026-10-06" };
        Assert.Equal(
            "sp=cw&se=2026-01-02T03%3A04%3A05Z&sv=2026-10-06&sr=b&spr=https&sig=BVcChae6W5XRRtGJ0d41fPf%2Fn9HScQElBAf427D8WOo%3D",
            own.ForBlob("caches", "project/10/key with blank/ü", "cw", expires, "https"));
        var delegated = new AzureSas("devstoreaccount1", new Secret(AzureKey), new AzureDelegation
        {
            Key = new Secret(AzureKey),
            ObjectId = "11111111-1111-1111-1111-111111111111",
            TenantId = "22222222-2222-2222-2222-222222222222",
            Start = "2026-01-01T00:00:00Z",
            Expiry = "2026-01-03T00:00:00Z",
            Service = "b",
            KeyVersion = "2020-12-06",
        });
        Assert.EndsWith("&sig=bn251sxgN66WGJcQTHr0bqGLhP2zzJikKcfLe91hbnM%3D", delegated.ForBlob("caches", "project/10/key", "r", expires, "https"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_account_key_a_workload_identity_signs()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "token");
        await File.WriteAllTextAsync(file, "federated", Token);
        await using var azure = await LocalService.StartAsync(request => request switch
        {
            { Path: "/tenant/oauth2/v2.0/token" } when request.Field("client_assertion") == "federated" && request.Field("client_id") == "client"
                && request.Field("scope") == "https://storage.azure.com/.default" => new ServiceReply(200, """{"access_token":"entra","expires_in":3599}"""),
            { Target: "/account/?restype=service&comp=userdelegationkey" } when request.Header("Authorization") == "Bearer entra"
                && request.Text.Contains("<KeyInfo><Start>", StringComparison.Ordinal) => new ServiceReply(
                200, $"<UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</SignedTid><SignedStart>s</SignedStart><SignedExpiry>e</SignedExpiry><SignedService>b</SignedService><SignedVersion>2020-12-06</SignedVersion><Value>{AzureKey}</Value></UserDelegationKey>"),
            _ => new ServiceReply(400),
        });
        _environment["AZURE_AUTHORITY_HOST"] = azure.Url;
        _environment["AZURE_FEDERATED_TOKEN_FILE"] = file;
        _environment["AZURE_CLIENT_ID"] = "client";
        _environment["AZURE_TENANT_ID"] = "tenant";
        using var storages = Storages();
        var upload = await storages.For(new CacheSettings
        {
            Type = "azure",
            Azure = new AzureSettings { AccountName = "account", ContainerName = "caches", StorageDomain = azure.Url },
        })!.ForUploadAsync(Wanted("main"), Token);
        Assert.StartsWith($"{azure.Url}/account/caches/runner/short/project/10/main?sp=cw&", upload!.Url.Reveal(), StringComparison.Ordinal);
        Assert.Contains("&skoid=o&sktid=t&skt=s&ske=e&sks=b&skv=2020-12-06&sig=", upload.Url.Reveal(), StringComparison.Ordinal);
        Assert.Equal("BlockBlob", upload.Headers["x-ms-blob-type"]);
    }

    private static S3Settings Keys() => new()
    {
        BucketName = "caches",
        AccessKey = ObjectStore.AccessKey,
        SecretKey = new Secret(ObjectStore.SecretKey),
        AuthenticationType = "access-key",
    };

    private static CacheObject Wanted(string key) => new()
    {
        ProjectId = 10,
        RunnerShortToken = "short",
        Key = key,
        Sharded = false,
        HumanKey = key,
        Validity = TimeSpan.FromHours(1),
    };

    private static string Credentials(string key) =>
        $"<R><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>";

    private static async Task<string> UrlAsync(CacheStorages storages, S3Settings s3) =>
        (await storages.For(new CacheSettings { Type = "s3", S3 = s3 })!.ForDownloadAsync(Wanted("main"), Token))!.Url.Reveal();

    private CacheStorages Storages(Uri? google = null) =>
        new(new CloudContext(_http, TimeProvider.System, name => _environment.GetValueOrDefault(name)) { GoogleRoot = google });
}
