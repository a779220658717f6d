using System.Security.Cryptography;
using System.Text;

namespace Gantry.Coordinator.Store;

/// <summary>
/// Makes tokens and the hashes under which they are found. 160 random bits cannot be guessed, so no salt and no slow hash
/// are needed, and a look-up by hash takes the same time whatever the token is.
/// </summary>
internal static class TokenHash
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

    public static string Of(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary><paramref name="prefix"/> and 27 random characters.</summary>
    public static string Create(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet.AsSpan(0, 62), 27);
}
