using Gantry.Engine;

namespace Gantry.Runner.Clouds;

/// <summary>Who signs.</summary>
/// <param name="AccessKey">Public part.</param>
/// <param name="SecretKey">Never sent.</param>
/// <param name="SessionToken">Sent with temporary credentials; empty otherwise.</param>
/// <param name="Expires">Null: never.</param>
internal sealed record AwsCredentials(string AccessKey, Secret SecretKey, Secret SessionToken = default, DateTimeOffset? Expires = null);
