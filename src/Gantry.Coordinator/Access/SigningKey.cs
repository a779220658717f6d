using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Gantry.Coordinator.Access;

/// <summary>
/// The RSA key that signs id tokens of jobs. Made at the first start, kept in the data folder with mode 0600; its public half is
/// published for those who check the tokens. Thread-safe.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    private readonly RSA _rsa;
    private readonly Lock _turn = new();

    private SigningKey(RSA rsa)
    {
        _rsa = rsa;
        var key = rsa.ExportParameters(includePrivateParameters: false);
        (Modulus, Exponent) = (Base64Url.EncodeToString(key.Modulus), Base64Url.EncodeToString(key.Exponent));
        // RFC 7638: the same key has the same id for everybody.
        Id = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"{{Exponent}}","kty":"RSA","n":"{{Modulus}}"}""")));
    }

    public string Id { get; }

    public string Modulus { get; }

    public string Exponent { get; }

    public static SigningKey Open(string path)
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

        return new SigningKey(rsa);
    }

    /// <summary>A JSON Web Token of these claims, RS256.</summary>
    public string Sign(JsonObject claims)
    {
        var header = new JsonObject { ["kid"] = Id, ["typ"] = "JWT", ["alg"] = "RS256" };
        var text = $"{Encode(header)}.{Encode(claims)}";
        lock (_turn)
        {
            return $"{text}.{Base64Url.EncodeToString(_rsa.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
    }

    public void Dispose() => _rsa.Dispose();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
