using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.Engine.Processes;

/// <summary>
/// The environment a child is given. The runner's own is taken from the C library and not through the platform, so that
/// bytes that are no UTF-8 arrive as they are.
/// </summary>
internal static unsafe partial class EnvironmentBlock
{
    public static List<byte[]> Build(ProcessEnvironment environment)
    {
        var entries = new List<byte[]>();
        foreach (var entry in Own())
        {
            var name = NameOf(entry);
            if ((environment.Keep is null || environment.Keep(name)) && !environment.Set.ContainsKey(name))
            {
                entries.Add(entry);
            }
        }

        foreach (var (name, value) in environment.Set)
        {
            if (value is not null)
            {
                entries.Add(NativeStrings.Bytes(name + "=" + value));
            }
        }

        return entries;
    }

    private static string NameOf(ReadOnlySpan<byte> entry)
    {
        var equals = entry.IndexOf((byte)'=');
        return Encoding.UTF8.GetString(equals < 0 ? entry : entry[..equals]);
    }

    private static List<byte[]> Own()
    {
        var entries = new List<byte[]>();
        for (var at = Pointer(); at is not null && *at is not null; at++)
        {
            entries.Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*at).ToArray());
        }

        return entries;
    }

    // The platform's own door to the C library's variable: a static executable has no symbols to look up.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_GetEnviron")]
    private static partial byte** Pointer();
}
