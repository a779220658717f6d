namespace Gantry.TestKit.Coordinator;

/// <summary>Something that goes wrong instead of an answer.</summary>
public abstract record Fault
{
    private Fault() { }

    /// <summary>Another status, with headers and a body.</summary>
    public sealed record Status(int Code) : Fault
    {
        public string? Reason { get; init; }
        public string? ContentType { get; init; }
        public string Body { get; init; } = "";
        public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

        /// <summary>The request takes effect nonetheless: only its answer is lost.</summary>
        public bool AfterEffect { get; init; }
    }

    /// <summary>The connection is cut before an answer.</summary>
    /// <param name="AfterEffect">The request takes effect nonetheless.</param>
    public sealed record Reset(bool AfterEffect) : Fault;

    /// <summary>The answer announces more bytes than come, then the connection is cut.</summary>
    public sealed record Truncated(int Code, string ContentType, string Body) : Fault
    {
        /// <summary>The request takes effect: a server that says so in its status line has done what it was asked.</summary>
        public bool AfterEffect { get; init; }
    }

    /// <summary>No answer until the server is disposed or the client gives up.</summary>
    public sealed record Silence : Fault;
}
