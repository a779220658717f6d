using System.Security.Cryptography;
using Gantry.Runner.Clouds;

namespace Gantry.Runner.Tests.Clouds;

/// <summary>Google's conformance vectors for V4 signatures. Their key is private, so the published signature is checked against our text with its public half.</summary>
public sealed class GoogleSignerTests
{
    private const string Account = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com";
    private const string PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArD8zIqyKLbX0Nq8o0Jj1
        qHEhHhqO3+0OP7TEFx5Vxc6PdwBoFNrfnJRI/S+ZaDYS1avr5Pqpp8g8+UNOMvI1
        VsjGM8xjTaxkVv8mmKp6pSmQstTt25pzY1exA2wv4xNWSwWNFNx2kh35+kvTQ/DF
        3YA9P7pUU1sKur1PP8OoubWLFO59iy5UE5dX0O/3pjvZ2HAhSXsx2VWtB5nlrHR8
        FrKJNLJMEGEDSMz9yRfQaUeYCU9oDYHuiqKQ3rCXi6C82l+3FJw5/ggJ5y7iw8ME
        rCFSslcYQRbBVz6ZYKWkEcJhs8BG3/16bfaqNusNlDIJ99I7DmipUngF/HEulYhf
        rQIDAQAB
        -----END PUBLIC KEY-----
        """;

    [Theory]
    [InlineData("GET", "test-bucket/test-object", "", "2019-02-01", 10, "host",
        "95e6a13d43a1d1962e667f17397f2b80ac9bdd1669210d5e08e0135df9dff4e56113485dbe429ca2266487b9d1796ebdee2d7cf682a6ef3bb9fbb4c351686fba90d7b621cf1c4eb1fdf126460dd25fa0837dfdde0a9fd98662ce60844c458448fb2b352c203d9969cb74efa4bdb742287744a4f2308afa4af0e0773f55e32e92973619249214b97283b2daa14195244444e33f938138d1e5f561088ce8011f4986dda33a556412594db7c12fc40e1ff3f1bedeb7a42f5bcda0b9567f17f65855f65071fabb88ea12371877f3f77f10e1466fff6ff6973b74a933322ff0949ce357e20abe96c3dd5cfab42c9c83e740a4d32b9e11e146f0eb3404d2e975896f74")]
    [InlineData("PUT", "test-bucket/test-object", "", "2019-02-01", 10, "host",
        "8adff1d4285739e31aa68e73767a46bc5511fde377497dbe08481bf5ceb34e29cc9a59921748d8ec3dd4085b7e9b7772a952afedfcdaecb3ae8352275b8b7c867f204e3db85076220a3127a8a9589302fc1181eae13b9b7fe41109ec8cdc93c1e8bac2d7a0cc32a109ca02d06957211326563ab3d3e678a0ba296e298b5fc5e14593c99d444c94724cc4be97015dbff1dca377b508fa0cb7169195de98d0e4ac96c42b918d28c8d92d33e1bd125ce0fb3cd7ad2c45dae65c22628378f6584971b8bf3945b26f2611eb651e9b6a8648970c1ecf386bb71327b082e7296c4e1ee2fc0bdd8983da80af375c817fb1ad491d0bc22c0f51dba0d66e2cffbc90803e47")]
    [InlineData("GET", "test-bucket/test-object", "", "2019-03-01", 20, "host",
        "9669ed5b10664dc594c758296580662912cf4bcc5a4ba0b6bf055bcbf6f34eed7bdad664f534962174a924741a0c273a4f67bc1847cef20192a6beab44223bd9d4fbbd749c407b79997598c30f82ddc269ff47ec09fa3afe74e00616d438df0d96a7d8ad0adacfad1dc3286f864d924fe919fb0dce45d3d975c5afe8e13af2db9cc37ba77835f92f7669b61e94c6d562196c1274529e76cfff1564cc2cad7d5387dc8e12f7a5dfd925685fe92c30b43709eee29fa2f66067472cee5423d1a3a4182fe8cea75c9329d181dc6acad7c393cd04f8bf5bc0515127d8ebd65d80c08e19ad03316053ea60033fd1b1fd85a69c576415da3bf0a3718d9ea6d03e0d66f0")]
    [InlineData("GET", "test-bucket/test-object", "BAR=BAR-value|foo=foo-value", "2019-02-01", 10, "bar%3Bfoo%3Bhost",
        "68ecd3b008328ed30d91e2fe37444ed7b9b03f28ed4424555b5161980531ef87db1c3a5bc0265aad5640af30f96014c94fb2dba7479c41bfe1c020eb90c0c6d387d4dd09d4a5df8b60ea50eb6b01cdd786a1e37020f5f95eb8f9b6cd3f65a1f8a8a65c9fcb61ea662959efd9cd73b683f8d8804ef4d6d9b2852419b013368842731359d7f9e6d1139032ceca75d5e67cee5fd0192ea2125e5f2955d38d3d50cf116f3a52e6a62de77f6207f5b95aaa1d7d0f8a46de89ea72e7ea30f21286318d7eba0142232b0deb3a1dc9e1e812a981c66b5ffda3c6b01a8a9d113155792309fd53a3acfd054ca7776e8eec28c26480cd1e3c812f67f91d14217f39a606669d")]
    [InlineData("GET", "test-bucket/path/with/slashes/under_score/amper&sand/file.ext", "header/name/with/slash=should-be-encoded", "2019-02-01", 10, "header%2Fname%2Fwith%2Fslash%3Bhost",
        "2a9a82e84e39f5d2c0d980514db17f8c3dece473c9a5743d54e8453f9811927b1b99ce548c534cababd8fa339183e75b410e12e32a4c72f5ff176e95651fabed0072e59e7e236eb7e26f52c0ce599db1c47ae07af1a98d20872b6fde23432c0a5fcf4fb2dda735169198c80cd5cc51be9904f7e5eef2cc489ff44ac5697c529e4b34ac08709a7d2e425619377212c64561ed8b4d2fcb70a26e4f9236f995ab4658d240ac85c7a353bae6b2d39d5fc0716afa435a1f6e100db5504612b5e610db370623ab4b8eba3c03c98f23dcb4b9ffd518f2212abb2f93649d25385d71603d470cff0b7631adb9d0849d38609dedb3097761c8f47ec0d57777bb063611c05b")]
    public async Task Addresses_are_those_that_Google_published(
        string method, string path, string headers, string day, int seconds, string names, string signature)
    {
        var signed = Array.Empty<byte>();
        var signer = new GoogleSigner(Account, (text, _) =>
        {
            signed = text;
            return Task.FromResult(Convert.FromHexString(signature));
        });
        var start = DateTimeOffset.Parse($"{day}T09:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        var given = headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split('=')).ToDictionary(h => h[0], h => h[1]);
        var address = await signer.PresignAsync(
            method, new Uri($"https://storage.googleapis.com/{CloudText.EscapePath(path)}"), given,
            new GoogleLife(start, TimeSpan.FromSeconds(seconds)), TestContext.Current.CancellationToken);
        var stamp = day.Replace("-", "", StringComparison.Ordinal);
        Assert.Equal(
            $"https://storage.googleapis.com/{CloudText.EscapePath(path)}?X-Goog-Algorithm=GOOG4-RSA-SHA256"
            + $"&X-Goog-Credential=test-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F{stamp}%2Fauto%2Fstorage%2Fgoog4_request"
            + $"&X-Goog-Date={stamp}T090000Z&X-Goog-Expires={seconds}&X-Goog-SignedHeaders={names}&X-Goog-Signature={signature}",
            address.AbsoluteUri);
        using var key = RSA.Create();
        key.ImportFromPem(PublicKey);
        Assert.True(key.VerifyData(signed, Convert.FromHexString(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public async Task A_key_in_PEM_form_signs()
    {
        using var key = RSA.Create(2048);
        var signer = GoogleSigner.WithKey(key.ExportPkcs8PrivateKeyPem(), "me@example.com");
        var signature = await signer.SignAsync([1, 2, 3], TestContext.Current.CancellationToken);
        Assert.True(key.VerifyData(new byte[] { 1, 2, 3 }, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var problem = Assert.Throws<CloudException>(() => GoogleSigner.WithKey("-----BEGIN NOTHING-----", "me@example.com"));
        Assert.Contains("PEM", problem.Message, StringComparison.Ordinal);
    }
}
