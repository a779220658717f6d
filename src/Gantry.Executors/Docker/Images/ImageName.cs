namespace Gantry.Executors.Docker.Images;

/// <summary>References as the engine's pull call wants them.</summary>
internal static class ImageName
{
    /// <summary>Name and tag or digest; <c>latest</c> when there is neither. A colon before the last slash is a port.</summary>
    public static (string Reference, string Tag) Split(string image)
    {
        var digest = image.IndexOf('@', StringComparison.Ordinal);
        if (digest >= 0)
        {
            return (image[..digest], image[(digest + 1)..]);
        }

        var tag = image.LastIndexOf(':');
        return tag > image.LastIndexOf('/') ? (image[..tag], image[(tag + 1)..]) : (image, "latest");
    }
}
