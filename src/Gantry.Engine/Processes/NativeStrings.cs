using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.Engine.Processes;

/// <summary>A null-terminated array of C strings in native memory, as <c>argv</c> and <c>envp</c> are.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly byte** _array;
    private readonly int _count;

    public NativeStrings(IReadOnlyList<byte[]> strings)
    {
        _count = strings.Count;
        _array = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var bytes = strings[i];
            _array[i] = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(_array[i], bytes.Length));
            _array[i][bytes.Length] = 0;
        }
    }

    public byte** Pointer => _array;

    public static byte[] Bytes(string text)
    {
        if (text.Contains('\0'))
        {
            throw new ProcessException("an argument, folder or variable holds a zero byte");
        }

        return Encoding.UTF8.GetBytes(text);
    }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(_array[i]);
        }

        NativeMemory.Free(_array);
    }
}
