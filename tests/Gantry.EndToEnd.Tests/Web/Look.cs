namespace Gantry.EndToEnd.Tests.Web;

/// <summary>How a visitor sees pages.</summary>
/// <param name="Name">Ends the names of screenshots.</param>
/// <param name="Language">Of the browser.</param>
/// <param name="IsDark">The system's theme.</param>
/// <param name="Width">Of the window, in CSS pixels.</param>
/// <param name="Height">Of the window, in CSS pixels.</param>
internal sealed record Look(string Name, string Language, bool IsDark, int Width, int Height)
{
    public static readonly Look Light = new("light", "en-US", false, 1280, 860);
    public static readonly Look Dark = new("dark", "en-US", true, 1280, 860);
    public static readonly Look Chinese = new("zh", "zh-CN", true, 1280, 860);
    public static readonly Look Phone = new("phone", "en-US", false, 390, 844);

    public static IReadOnlyList<Look> All { get; } = [Light, Chinese, Phone];
}
