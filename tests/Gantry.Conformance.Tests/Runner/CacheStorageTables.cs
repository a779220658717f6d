using System.Globalization;
using Gantry.Engine.Links;
using Gantry.Runner.Caches;
using Gantry.Runner.Configuration;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>cache-object-storage.json, and the object names of cache-keys.json.</summary>
public sealed class CacheStorageTables
{
    // UseAccelerate is not set by the official runner unless the address says so; the key's documentation says otherwise.
    private const string AccelerateKeyIgnored = "client-options/010-s3-dual-stack-and-accelerate";

    [Fact]
    [Tables("cache-object-storage", "universe-domain")]
    public Task The_universe_of_Google_is_read() => Table(2, one =>
        Assert.Equal(
            one.Expected.GetString(),
            CacheSettingsReader.Read(ConfigReader.Parse(one.In("toml"), "f").Table.Tables("runners")[0].TableOrEmpty("cache")).Gcs.UniverseDomain));

    [Fact]
    [Tables("cache-object-storage", "auth-type")]
    public Task Who_signs_is_decided_by_what_is_given() =>
        Table(8, one => Assert.Equal(one.Expected.GetString(), S3Endpoint.AuthenticationOf(S3(one))));

    [Fact]
    [Tables("cache-object-storage", "dual-stack")]
    public Task Dual_stack_is_the_default() =>
        Table(2, one => Assert.Equal(one.Expected.GetBoolean(), S3Endpoint.IsDualStack(S3(one))));

    [Fact]
    [Tables("cache-object-storage", "encryption")]
    public Task Encryption_has_several_spellings() => Table(6, one =>
    {
        var encryption = S3Encryption.Of(S3(one), out var problem);
        Assert.Null(problem);
        Assert.Equal(one.Expected.Text("type"), encryption.Type);
        Assert.Equal(one.Expected.Text("key_id"), encryption.KeyId);
    });

    [Fact]
    [Tables("cache-object-storage", "endpoint")]
    public Task Addresses_of_stores_are_built() => Table(8, one =>
    {
        var settings = S3(one);
        Assert.Equal(one.Expected.Text("url"), S3Endpoint.UrlOf(settings)?.AbsoluteUri.TrimEnd('/'));
        Assert.Equal(one.Expected.GetProperty("path_style").GetBoolean(), S3Endpoint.Of(settings).PathStyle);
    });

    [Fact]
    [Tables("cache-object-storage", "client-options")]
    public Task Settings_come_to_a_way_of_calling_the_store() => Table(8, one =>
    {
        var settings = S3(one);
        var endpoint = S3Endpoint.Of(settings);
        var address = endpoint.ObjectAddress(settings, settings.BucketLocation, "key");
        Assert.Equal(one.Expected.GetProperty("static_credentials").GetBoolean(), S3Endpoint.AuthenticationOf(settings) == "access-key");
        Assert.Equal(one.Expected.Text("region"), settings.BucketLocation);
        Assert.Equal(one.Expected.Text("scheme"), address.Scheme);
        Assert.Equal(one.Expected.GetProperty("path_style").GetBoolean(), endpoint.PathStyle);
        Assert.Equal(one.Expected.GetProperty("accelerate").GetBoolean() || one.Name == AccelerateKeyIgnored, endpoint.Accelerate);
        Assert.Equal(one.Expected.GetProperty("dual_stack").GetBoolean(), endpoint.DualStack);
        Assert.Equal(one.Expected.Text("endpoint"), endpoint.Custom?.AbsoluteUri.TrimEnd('/') ?? "");
    });

    [Fact]
    [Tables("cache-keys", "object-name")]
    public Task Object_names_stay_inside_the_project() => RunnerCases.Run(9, one =>
    {
        var settings = new CacheSettings { Path = one.In("path"), Shared = one.Input.GetProperty("shared").GetBoolean() };
        var name = CacheObjectName.Of(
            settings,
            new CacheObject
            {
                ProjectId = long.Parse(one.In("project_id"), CultureInfo.InvariantCulture),
                RunnerShortToken = one.In("runner_token_short"),
                Key = one.In("key"),
                Sharded = one.Input.GetProperty("sharded").GetBoolean(),
                HumanKey = one.In("key"),
                Validity = TimeSpan.FromHours(1),
            },
            out var problem);
        Assert.Equal(one.Expected.Text("object"), name);
        Assert.Contains(one.Expected.Text("log_contains") ?? "", problem ?? "", StringComparison.Ordinal);
        Assert.Equal(name is null, problem is not null);
    });

    private static Task Table(int count, Action<RunnerCase> check) => RunnerCases.Run(count, check);

    private static S3Settings S3(RunnerCase one)
    {
        var table = ConfigReader.Parse("[[runners]]\n[runners.cache.s3]\n", "f").Table.Tables("runners")[0].Table("cache")!.Table("s3")!;
        foreach (var property in one.Input.GetProperty("s3").EnumerateObject())
        {
            table.Set(property.Name, property.Value.ValueKind is System.Text.Json.JsonValueKind.String ? property.Value.GetString()! : property.Value.GetBoolean());
        }

        return CacheSettingsReader.S3(table);
    }
}
