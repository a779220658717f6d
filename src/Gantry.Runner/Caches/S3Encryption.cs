namespace Gantry.Runner.Caches;

/// <summary><c>ServerSideEncryption</c>: what the store is asked to encrypt with.</summary>
/// <param name="Type"><c>S3</c>, <c>KMS</c>, <c>DSSE-KMS</c>, or empty.</param>
/// <param name="KeyId">For the two with a key service.</param>
internal sealed record S3Encryption(string Type, string KeyId)
{
    /// <summary>Unknown words mean none; <paramref name="problem"/> says so.</summary>
    public static S3Encryption Of(S3Settings settings, out string? problem)
    {
        problem = null;
        switch (settings.ServerSideEncryption.ToUpperInvariant())
        {
            case "":
                return new("", "");
            case "S3" or "AES256":
                return new("S3", settings.ServerSideEncryptionKeyId);
            case "KMS" or "AWS:KMS":
                return new("KMS", settings.ServerSideEncryptionKeyId);
            case "DSSE-KMS" or "AWS:KMS:DSSE":
                return new("DSSE-KMS", settings.ServerSideEncryptionKeyId);
            default:
                problem = $"[runners.cache.s3] ServerSideEncryption = \"{settings.ServerSideEncryption}\" is not known; use S3, KMS or DSSE-KMS. The cache is stored without it.";
                return new("", "");
        }
    }

    /// <summary>Headers of an upload.</summary>
    public IEnumerable<(string Name, string Value)> Headers()
    {
        var algorithm = Type switch { "S3" => "AES256", "KMS" => "aws:kms", "DSSE-KMS" => "aws:kms:dsse", _ => "" };
        if (algorithm.Length > 0)
        {
            yield return ("x-amz-server-side-encryption", algorithm);
        }

        if (Type is "KMS" or "DSSE-KMS" && KeyId.Length > 0)
        {
            yield return ("x-amz-server-side-encryption-aws-kms-key-id", KeyId);
        }
    }
}
