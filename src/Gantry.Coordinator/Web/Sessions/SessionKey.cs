using System.Security.Cryptography;
using System.Text;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Sessions;

/// <summary>The secret that signs cookies and form tokens. Kept in the store, so that visitors stay signed in over a restart.</summary>
internal sealed class SessionKey(byte[] key)
{
    private const string Name = "web_session_key";

    public static async Task<SessionKey> LoadAsync(Database database, CancellationToken cancellation)
    {
        var stored = await database.ReadAsync(session => session.Instance.Find(Name), cancellation)
            ?? await database.WriteAsync(
                session =>
                {
                    if (session.Instance.Find(Name) is { } made)
                        return made;
                    var fresh = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
                    session.Instance.Set(Name, fresh);
                    return fresh;
                },
                cancellation);
        return new SessionKey(Convert.FromHexString(stored));
    }

    /// <param name="purpose">Keeps signatures of one kind from standing for another.</param>
    /// <param name="text">What is signed.</param>
    public string Sign(string purpose, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}\n{text}")));

    public bool IsSigned(string purpose, string text, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(purpose, text)), Encoding.UTF8.GetBytes(signature));
}
