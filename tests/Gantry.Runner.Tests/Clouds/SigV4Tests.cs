using Gantry.Engine;
using Gantry.Runner.Clouds;

namespace Gantry.Runner.Tests.Clouds;

public sealed class SigV4Tests
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    // "Authenticating Requests: Using Query Parameters", Amazon S3 API reference.
    [Fact]
    public void A_presigned_address_is_the_one_that_AWS_published()
    {
        var signer = new SigV4(new AwsCredentials("AKIAIOSFODNN7EXAMPLE", new Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")), "us-east-1", "s3");
        var address = signer.Presign(
            "GET", new Uri("https://examplebucket.s3.amazonaws.com/test.txt"), NoHeaders, TimeSpan.FromDays(1), new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero));
        Assert.EndsWith("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", address.AbsoluteUri, StringComparison.Ordinal);
    }

    // Computed with botocore 1.43.
    [Fact]
    public void Headers_session_tokens_and_odd_names_are_signed_as_by_the_SDK()
    {
        var signer = new SigV4(
            new AwsCredentials("AKIDEXAMPLE", new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), new Secret("session/token+==")), "eu-central-1", "s3");
        var path = CloudText.EscapePath("runner/abc/project/10/main key+x/ü");
        var headers = new Dictionary<string, string> { ["x-amz-meta-cachekey"] = "main  key", ["x-amz-server-side-encryption"] = "AES256" };
        var address = signer.Presign(
            "PUT", new Uri($"https://caches.s3.dualstack.eu-central-1.amazonaws.com/{path}"), headers, TimeSpan.FromHours(1), new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Assert.Contains("/main%20key%2Bx/%C3%BC?", address.AbsoluteUri, StringComparison.Ordinal);
        Assert.Contains("X-Amz-Security-Token=session%2Ftoken%2B%3D%3D", address.AbsoluteUri, StringComparison.Ordinal);
        Assert.EndsWith("=4cbf21b21bbceca8c0cfaa3b7171063ed1ea50e74e3f2dc06148b10ab0c5de7e", address.AbsoluteUri, StringComparison.Ordinal);
    }

    // Computed with botocore 1.43.
    [Fact]
    public void A_request_with_a_body_is_signed_as_by_the_SDK()
    {
        var signer = new SigV4(new AwsCredentials("AKIDEXAMPLE", new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")), "eu-central-1", "sts");
        var headers = signer.Authorize(
            "POST", new Uri("https://sts.eu-central-1.amazonaws.com/"),
            new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" },
            "Action=AssumeRole&Version=2011-06-15", new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
            + "Signature=e65993e74e5d57dbccf526be3b8c6a9748007331a7812479fe0188a12e90702d",
            headers["Authorization"]);
    }

    [Fact]
    public void No_address_lives_longer_than_the_store_allows()
    {
        var signer = new SigV4(new AwsCredentials("A", new Secret("B")), "r", "s3");
        Assert.Contains("X-Amz-Expires=604800", signer.Presign("GET", new Uri("https://b.example/x"), NoHeaders, TimeSpan.FromDays(30), default).Query, StringComparison.Ordinal);
    }
}
