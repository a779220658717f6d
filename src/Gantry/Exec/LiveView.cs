using System.Globalization;
using System.Text;
using Gantry.Coordinator.Local;
using Gantry.Logs;
using Gantry.Terminal;

namespace Gantry.Exec;

/// <summary>
/// The pipeline on a terminal, as it happens: every job with its state, time and last line; arrows choose one, Enter shows
/// its log. Draws on the second screen, so that what stood on the first one comes back at the end.
/// </summary>
internal sealed class LiveView : IExecView
{
    private const int KeptLines = 2000;
    private const string Enter = "\e[?1049h\e[?25l", Leave = "\e[?25h\e[?1049l", Home = "\e[H", EraseLine = "\e[K", EraseBelow = "\e[J";
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly ITerminal _terminal;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, List<StoredLine>> _lines = [];
    private readonly ITimer _timer;
    private IReadOnlyList<LocalPipeline> _pipelines = [];
    private string _headline = "";
    private string _note = "↑ ↓ choose a job, Enter shows its log, Ctrl-C cancels";
    private int _selected;
    private bool _showsLog;
    private bool _isOver;

    public LiveView(ITerminal terminal, TimeProvider time)
    {
        (_terminal, _time) = (terminal, time);
        _terminal.Output.Write(Enter);
        _timer = time.CreateTimer(_ => Draw(), null, Pace, Pace);
    }

    public void Begin(ExecHeadline headline, IReadOnlyList<LocalPipeline> pipelines)
    {
        lock (_gate)
        {
            _headline = PlainView.Headline(headline, pipelines[0]);
            _pipelines = pipelines;
        }
    }

    public void Show(IReadOnlyList<LocalPipeline> pipelines, LocalJob changed)
    {
        lock (_gate)
        {
            _pipelines = pipelines;
        }
    }

    public void Line(LocalJob job, StoredLine line)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(job.Id, out var lines))
            {
                _lines[job.Id] = lines = [];
            }

            lines.Add(line);
            if (lines.Count > KeptLines)
            {
                lines.RemoveRange(0, KeptLines / 4);
            }
        }
    }

    public void Note(string text)
    {
        lock (_gate)
        {
            _note = text;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        lock (_gate)
        {
            if (!_isOver)
            {
                _isOver = true;
                _terminal.Output.Write(Leave);
            }
        }
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            var jobs = _pipelines.SelectMany(pipeline => pipeline.Jobs).Where(job => !job.IsRetried).ToList();
            while (_terminal.TryReadKey() is { } key)
            {
                Obey(key, jobs.Count);
            }

            var (width, height) = _terminal.Size;
            var rows = new List<string> { Bold(Cut(_headline, width)), "" };
            rows.AddRange(_showsLog && _selected < jobs.Count ? Log(jobs[_selected], width, height - 4) : List(jobs, width, height - 4));
            var frame = new StringBuilder(Home);
            foreach (var row in rows)
            {
                frame.Append(row).Append(EraseLine).Append("\r\n");
            }

            frame.Append(EraseLine).Append("\r\n").Append(Dim(Cut(_note, width))).Append(EraseLine).Append(EraseBelow);
            _terminal.Output.Write(frame.ToString());
        }
    }

    private void Obey(ConsoleKey key, int jobs)
    {
        switch (key)
        {
            case ConsoleKey.UpArrow or ConsoleKey.K:
                _selected = Math.Max(0, _selected - 1);
                break;
            case ConsoleKey.DownArrow or ConsoleKey.J:
                _selected = Math.Clamp(_selected + 1, 0, Math.Max(0, jobs - 1));
                break;
            case ConsoleKey.Enter:
                _showsLog = !_showsLog;
                break;
            case ConsoleKey.Escape or ConsoleKey.Q or ConsoleKey.Backspace:
                _showsLog = false;
                break;
        }
    }

    private IEnumerable<string> List(List<LocalJob> jobs, int width, int height)
    {
        var names = Math.Min(40, jobs.Select(job => job.Name.Length).DefaultIfEmpty(0).Max());
        var stages = Math.Min(20, jobs.Select(job => job.Stage.Length).DefaultIfEmpty(0).Max());
        var from = Math.Clamp(_selected - height + 1, 0, Math.Max(0, jobs.Count - height));
        for (var i = from; i < jobs.Count && i < from + height; i++)
        {
            var job = jobs[i];
            var time = job is { StartedAt: { } start } ? ExecText.Duration((job.FinishedAt ?? _time.GetUtcNow()) - start) : "";
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $" {ExecText.Mark(job.Status)} {Cut(job.Name, names).PadRight(names)}  {Cut(job.Stage, stages).PadRight(stages)}  {job.Status,-10} {time,9}  {LastLine(job)}");
            text = Coloured(Cut(text, width), job);
            yield return i == _selected ? $"\e[7m{text}\e[0m" : text;
        }
    }

    private IEnumerable<string> Log(LocalJob job, int width, int height)
    {
        yield return Coloured($"{ExecText.Mark(job.Status)} {job.Name}: {ExecText.State(job)}", job);
        foreach (var line in _lines.GetValueOrDefault(job.Id, []).TakeLast(Math.Max(1, height - 1)))
        {
            yield return Cut(PlainText.WithoutEscapes(line.Text), width);
        }
    }

    private string LastLine(LocalJob job) => job.Status is "running" or "canceling" && _lines.TryGetValue(job.Id, out var lines) && lines.Count > 0
        ? PlainText.WithoutEscapes(lines[^1].Text).Replace('\t', ' ')
        : "";

    private static string Cut(string text, int width) => text.Length <= width ? text : width < 1 ? "" : text[..(width - 1)] + "…";

    private static string Bold(string text) => $"\e[1m{text}\e[0m";

    private static string Dim(string text) => $"\e[2m{text}\e[0m";

    private static string Coloured(string text, LocalJob job) => job.Status switch
    {
        "success" => $"\e[32m{text}\e[0m",
        "failed" => job.AllowFailure ? $"\e[33m{text}\e[0m" : $"\e[31m{text}\e[0m",
        "running" => $"\e[36m{text}\e[0m",
        _ => text,
    };
}
