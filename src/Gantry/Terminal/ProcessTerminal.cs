namespace Gantry.Terminal;

/// <summary>
/// The process's standard streams: the only place that touches <see cref="Console"/>. Results go to
/// <see cref="Output"/>, prompts and logs to <see cref="Error"/>, as the official runner does.
/// </summary>
internal sealed class ProcessTerminal : ITerminal
{
    public TextWriter Output { get; } = Open(Console.OpenStandardOutput());

    public TextWriter Error { get; } = Open(Console.OpenStandardError());

    public bool IsInteractive { get; } = !Console.IsInputRedirected && !Console.IsErrorRedirected;

    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Standard output as bytes, for what passes another program's output on.</summary>
    public static Stream OpenOutput() => Console.OpenStandardOutput();

    public static Stream OpenError() => Console.OpenStandardError();

    public (int Width, int Height) Size
    {
        get
        {
            var (width, height) = (Console.WindowWidth, Console.WindowHeight);
            // Some terminals do not know their size.
            return (width > 0 ? width : 80, height > 0 ? height : 24);
        }
    }

    public ConsoleKey? TryReadKey() => IsInteractive && Console.KeyAvailable ? Console.ReadKey(intercept: true).Key : null;

    public string? ReadLine() => Console.In.ReadLine();

    private static StreamWriter Open(Stream stream) =>
        new(stream, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true, NewLine = "\n" };
}
