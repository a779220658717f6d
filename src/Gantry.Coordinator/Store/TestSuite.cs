namespace Gantry.Coordinator.Store;

/// <summary>The tests of one job, from its JUnit report. Stored as JSON.</summary>
internal sealed record TestSuite
{
    /// <summary>Name of the job.</summary>
    public string Name { get; init; } = "";

    public IReadOnlyList<TestCase> Cases { get; init => field = value ?? []; } = [];

    /// <summary>Why the report could not be read; null when it could.</summary>
    public string? Error { get; init; }

    public int Count(string status) => Cases.Count(test => test.Status == status);

    /// <summary>Seconds of all cases.</summary>
    public double Time => Cases.Sum(test => test.Seconds);
}

/// <summary>One test.</summary>
internal sealed record TestCase
{
    /// <summary><c>success</c>, <c>failed</c>, <c>error</c> or <c>skipped</c>.</summary>
    public string Status { get; init; } = "success";

    public string Name { get; init; } = "";
    public string ClassName { get; init; } = "";
    public string? File { get; init; }
    public double Seconds { get; init; }

    /// <summary>What went wrong, or what the test printed; shortened.</summary>
    public string? Output { get; init; }
}
