using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Gantry.Engine.Traces;

/// <summary>Prefixes after which a token follows (official-job-protocol §3.3). Immutable.</summary>
internal sealed class TokenPrefixes
{
    private static readonly string[] BuiltIn =
    [
        "gloas-", "gldt-", "glrt-", "glcbt-", "glrtr-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-",
        "_gitlab_session=", "gltok-",
    ];

    private const int EndBits = 12;

    private readonly byte[][] _prefixes;

    /// <summary>
    /// By a hash of the last four bytes: a prefix may end so. The bytes that end prefixes are common in ordinary text
    /// (dates, options, paths); the four bytes are not.
    /// </summary>
    private readonly bool[] _ends = new bool[1 << EndBits];

    private TokenPrefixes(byte[][] prefixes)
    {
        _prefixes = prefixes;
        LastBytes = SearchValues.Create([.. prefixes.Select(prefix => prefix[^1]).Distinct()]);
        MaxLength = prefixes.Max(prefix => prefix.Length);
        _ends.AsSpan().Fill(prefixes.Any(prefix => prefix.Length < sizeof(uint)));
        foreach (var prefix in prefixes.Where(prefix => prefix.Length >= sizeof(uint)))
        {
            _ends[Hash(prefix)] = true;
        }
    }

    /// <summary>The bytes that end a prefix: rare ones, so this is what the text is searched for.</summary>
    public SearchValues<byte> LastBytes { get; }

    public int MaxLength { get; }

    /// <summary>Trimmed, without duplicates, by length; at most <paramref name="limit"/> of the shortest.</summary>
    public static TokenPrefixes Compile(IEnumerable<string> fromServer, bool allDefaults, int limit)
    {
        IEnumerable<string> all = [.. fromServer, "glpat-", .. allDefaults ? BuiltIn : []];
        return new TokenPrefixes([.. all
            .Select(prefix => prefix.Trim())
            .Where(prefix => prefix.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(prefix => prefix.Length)
            .ThenBy(prefix => prefix, StringComparer.Ordinal)
            .Take(limit)
            .Select(Encoding.UTF8.GetBytes)]);
    }

    /// <summary>The text ends with a prefix.</summary>
    public bool EndsWithPrefix(ReadOnlySpan<byte> text)
    {
        if (text.Length >= sizeof(uint) && !_ends[Hash(text)])
        {
            return false;
        }

        foreach (var prefix in _prefixes)
        {
            if (text.EndsWith(prefix))
            {
                return true;
            }
        }

        return false;
    }

    private static uint Hash(ReadOnlySpan<byte> text) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(text[^sizeof(uint)..]) * 0x9E37_79B1u) >> (32 - EndBits);
}
