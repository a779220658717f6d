namespace Gantry.Coordinator.RestApi.Views;

/// <summary><c>/.well-known/openid-configuration</c>, as far as it goes for id tokens of jobs.</summary>
internal sealed record DiscoveryView(
    string Issuer, string JwksUri, IReadOnlyList<string> ResponseTypesSupported, IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported, IReadOnlyList<string> ClaimsSupported);

/// <summary>A JSON Web Key Set.</summary>
internal sealed record KeysView(IReadOnlyList<KeyView> Keys);

/// <summary>An RSA key, its public half.</summary>
internal sealed record KeyView(string Kty, string Kid, string E, string N, string Use, string Alg);
