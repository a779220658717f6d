namespace Gantry.Engine.Plans;

/// <summary>Booleans as Go reads them: <c>1 t T TRUE true True</c> and their opposites, nothing else.</summary>
internal static class GoBoolean
{
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
