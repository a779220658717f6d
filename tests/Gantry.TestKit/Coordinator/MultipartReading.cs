using System.Text;

namespace Gantry.TestKit.Coordinator;

/// <summary>Takes the one file out of a multipart body.</summary>
internal static class MultipartReading
{
    public static (string FileName, byte[] Content) SingleFile(RecordedRequest request)
    {
        // Latin-1 keeps every byte as one character.
        var text = Encoding.Latin1.GetString(request.Body);
        var headersEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var boundary = text[..text.IndexOf("\r\n", StringComparison.Ordinal)];
        var end = text.LastIndexOf("\r\n" + boundary, StringComparison.Ordinal);
        var headers = text[..headersEnd];
        var start = headers.IndexOf("filename=\"", StringComparison.Ordinal) + "filename=\"".Length;
        return (headers[start..headers.IndexOf('"', start)], Encoding.Latin1.GetBytes(text[(headersEnd + 4)..end]));
    }
}
