using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Executors.Ssh;

/// <summary>What a line of a known_hosts file says about its key.</summary>
internal enum KnownHostsMark
{
    None,
    Revoked,

    /// <summary>The key signs certificates of hosts; it is no host's own.</summary>
    Authority,
}

/// <summary>One line of a known_hosts file (sshd(8)): <c>[@mark] names type key [comment]</c>.</summary>
internal sealed class KnownHostsLine
{
    private const string HashedName = "|1|";

    private readonly string _names;

    private KnownHostsLine(string names) => _names = names;

    public required int Number { get; init; }

    public required KnownHostsMark Mark { get; init; }

    /// <summary>Such as <c>ssh-ed25519</c>.</summary>
    public required string KeyType { get; init; }

    public required byte[] Key { get; init; }

    /// <summary>Null for comments and for what ssh itself would skip.</summary>
    public static KnownHostsLine? Parse(string line, int number)
    {
        var fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 0 && MarkOf(fields[0]) is { } mark
            ? Parse(fields[(mark == KnownHostsMark.None ? 0 : 1)..], mark, number)
            : null;
    }

    /// <param name="name">In lower case; <c>[host]:port</c> unless the port is 22.</param>
    public bool Names(string name)
    {
        if (_names.StartsWith(HashedName, StringComparison.Ordinal))
        {
            return IsHashOf(_names, name);
        }

        var found = false;
        foreach (var pattern in _names.ToLowerInvariant().Split(','))
        {
            if (pattern.StartsWith('!'))
            {
                if (Fits(pattern.AsSpan(1), name))
                {
                    return false;
                }
            }
            else
            {
                found |= Fits(pattern, name);
            }
        }

        return found;
    }

    private static KnownHostsMark? MarkOf(string first) => first switch
    {
        ['#', ..] => null,
        "@revoked" => KnownHostsMark.Revoked,
        "@cert-authority" => KnownHostsMark.Authority,
        ['@', ..] => null,
        _ => KnownHostsMark.None,
    };

    private static KnownHostsLine? Parse(string[] fields, KnownHostsMark mark, int number)
    {
        if (fields.Length < 3)
        {
            return null;
        }

        var key = new byte[fields[2].Length];
        return Convert.TryFromBase64String(fields[2], key, out var length)
            ? new KnownHostsLine(fields[0]) { Number = number, Mark = mark, KeyType = fields[1], Key = key[..length] }
            : null;
    }

    // |1|salt|hash, both in base64: HMAC-SHA1 of the name under the salt.
    [SuppressMessage("Security", "CA5350", Justification = "the file's format; it hides names, the keys are compared as they are")]
    private static bool IsHashOf(string hashed, string name)
    {
        var parts = hashed.Split('|');
        var (salt, hash) = (new byte[64], new byte[64]);
        return parts.Length == 4
            && Convert.TryFromBase64String(parts[2], salt, out var saltLength) && Convert.TryFromBase64String(parts[3], hash, out var hashLength)
            && HMACSHA1.HashData(salt.AsSpan(0, saltLength), Encoding.UTF8.GetBytes(name)).AsSpan().SequenceEqual(hash.AsSpan(0, hashLength));
    }

    /// <summary><c>*</c> and <c>?</c>, as ssh knows them.</summary>
    private static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        // Where to go on when the text after the last star does not fit: the star takes one character more.
        var (at, star, resume) = (0, -1, 0);
        for (var i = 0; i < name.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, resume) = (at++, i);
            }
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == name[i]))
            {
                at++;
                i++;
            }
            else if (star >= 0)
            {
                (at, i) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].Trim('*').IsEmpty;
    }
}
