using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Coordinator.Access;

/// <summary>Passwords of people: slow salted hashes, and what a password must be.</summary>
internal static class Passwords
{
    private const int Iterations = 210_000;
    private const int Shortest = 8;
    private const int Longest = 128;

    // Checked for names that do not exist, so that the answer takes as long as for those that do.
    private static readonly Lazy<string> Nobody = new(() => Hash(RandomNumberGenerator.GetHexString(32)));

    /// <summary>What is wrong with it, in GitLab's words; null when it may be used.</summary>
    public static string? Problem(string password) => password.Length switch
    {
        < Shortest => $"is too short (minimum is {Shortest} characters)",
        > Longest => $"is too long (maximum is {Longest} characters)",
        _ => password.Distinct().Count() < 4 ? "must not contain commonly used combinations of words and letters" : null,
    };

    public static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"pbkdf2-sha512${Iterations.ToString(CultureInfo.InvariantCulture)}${Convert.ToHexStringLower(salt)}${Convert.ToHexStringLower(Derive(password, salt, Iterations))}";
    }

    /// <summary>Takes its time whether there is a stored hash or not.</summary>
    public static bool Verify(string? stored, string password)
    {
        if ((stored ?? Nobody.Value).Split('$') is not ["pbkdf2-sha512", var count, var salt, var hash]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || password.Length > Longest)
        {
            return false;
        }

        var same = CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromHexString(salt), iterations), Convert.FromHexString(hash));
        return same && stored is not null;
    }

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA512, 64);
}
