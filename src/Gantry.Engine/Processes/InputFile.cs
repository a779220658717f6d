namespace Gantry.Engine.Processes;

/// <summary>
/// A child's whole input as a file in memory. Shells read a script from a pipe byte by byte, one system call each, because what
/// they read too much would be lost to the commands they start; in a file they can go back.
/// </summary>
internal static unsafe class InputFile
{
    /// <summary>The descriptor for the child; -1 where there are no such files, and a pipe has to do.</summary>
    public static int Create(ReadOnlySpan<byte> content)
    {
        if (!OperatingSystem.IsLinux())
        {
            return -1;
        }

        int descriptor;
        try
        {
            fixed (byte* name = "input\0"u8)
            {
                descriptor = LibC.CreateMemoryFile(name);
            }
        }
        catch (EntryPointNotFoundException)
        {
            return -1;
        }

        if (descriptor >= 0 && !Fill(descriptor, content))
        {
            _ = LibC.Close(descriptor);
            return -1;
        }

        return descriptor;
    }

    // Written at offsets, so the place where the child begins to read stays the beginning.
    private static bool Fill(int descriptor, ReadOnlySpan<byte> content)
    {
        fixed (byte* bytes = content)
        {
            for (nint done = 0; done < content.Length;)
            {
                var written = LibC.WriteAt(descriptor, bytes + done, content.Length - done, done);
                if (written <= 0)
                {
                    return false;
                }

                done += written;
            }
        }

        return true;
    }
}
