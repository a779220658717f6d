using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Gantry.Coordinator.Access;

/// <summary>
/// The RSA key that signs id tokens of jobs. Made when first needed, kept in the data folder with mode 0600; its public half is
/// published for those who check the tokens. Thread-safe.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    private readonly Lazy<RSA> _rsa;
    private readonly Lock _turn = new();

    /// <param name="path">PEM file; made when a key is first needed, because making one takes a while.</param>
    public SigningKey(string path) => _rsa = new Lazy<RSA>(() => Open(path));

    // RFC 7638: the same key has the same id for everybody.
    public string Id => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"{{Exponent}}","kty":"RSA","n":"{{Modulus}}"}""")));

    public string Modulus => Base64Url.EncodeToString(Public.Modulus);

    public string Exponent => Base64Url.EncodeToString(Public.Exponent);

    private RSAParameters Public => _rsa.Value.ExportParameters(includePrivateParameters: false);

    /// <summary>A JSON Web Token of these claims, RS256.</summary>
    public string Sign(JsonObject claims)
    {
        var header = new JsonObject { ["kid"] = Id, ["typ"] = "JWT", ["alg"] = "RS256" };
        var text = $"{Encode(header)}.{Encode(claims)}";
        lock (_turn)
        {
            return $"{text}.{Base64Url.EncodeToString(_rsa.Value.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
    }

    public void Dispose()
    {
        if (_rsa.IsValueCreated)
        {
            _rsa.Value.Dispose();
        }
    }

    private static RSA Open(string path)
    {
        var rsa = RSA.Create(2048);
        if (File.Exists(path))
        {
            rsa.ImportFromPem(File.ReadAllText(path));
        }
        else
        {
            SecretFile.Write(path, rsa.ExportRSAPrivateKeyPem());
        }

        return rsa;
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
