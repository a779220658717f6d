namespace Gantry.Runner.Configuration;

/// <summary>
/// A name of a state folder that nobody else has, kept in it: what a runner makes elsewhere (containers, volumes) carries it, so
/// that a later process with the same folder knows its own.
/// </summary>
public static class StateMark
{
    private const string FileName = "mark";

    /// <summary>Made at the first call.</summary>
    public static string Of(string stateFolder)
    {
        var path = Path.Combine(stateFolder, FileName);
        if (!File.Exists(path))
        {
            PrivateFile.Write(path, Guid.NewGuid().ToString("n") + "\n");
        }

        return File.ReadAllText(path).Trim();
    }
}
