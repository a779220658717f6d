using Gantry.Coordinator.Access;

namespace Gantry.Coordinator.Web.Sessions;

/// <summary>One visitor's session.</summary>
/// <param name="Caller">Who it is.</param>
/// <param name="FormToken">What each of the visitor's forms must carry: other sites cannot know it.</param>
internal sealed record Session(Caller Caller, string FormToken);
