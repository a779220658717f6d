using System.Text;

namespace Gantry.Pipelines.Inputs;

/// <summary>A text after interpolation. Lines that a value brought in belong to the line of their block.</summary>
internal sealed record InterpolatedText(string Text, IReadOnlyList<int>? SourceLines)
{
    /// <param name="line">From 1, in <see cref="Text"/>.</param>
    /// <returns>From 1, in the text before.</returns>
    public int SourceLine(int line) => SourceLines is null ? line : line < 1 ? 1 : line > SourceLines.Count ? SourceLines[^1] : SourceLines[line - 1];

    internal sealed class Writer
    {
        private readonly StringBuilder _text = new();
        private readonly List<int> _lines = [1];
        private int _line = 1;
        private bool _moved;

        public void Copy(ReadOnlySpan<char> text)
        {
            _text.Append(text);
            foreach (var c in text)
            {
                if (c == '\n')
                {
                    _lines.Add(++_line);
                }
            }
        }

        public void Insert(string value)
        {
            _text.Append(value);
            foreach (var c in value)
            {
                if (c == '\n')
                {
                    _lines.Add(_line);
                    _moved = true;
                }
            }
        }

        public InterpolatedText Done() => new(_text.ToString(), _moved ? _lines : null);
    }
}
