namespace Gantry.Coordinator.Web.Views;

/// <summary>The sign-in form.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Return">Where to go afterwards: a path of this server.</param>
/// <param name="Error">Why the last attempt was refused, or null.</param>
internal sealed record SignInView(PageScope Scope, string Return, string? Error);

/// <summary>A page that only says something.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Title">In a word.</param>
/// <param name="Text">In a sentence.</param>
internal sealed record MessageView(PageScope Scope, string Title, string Text);
