using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Repository;

/// <summary>Text as it was typed.</summary>
internal sealed class PlainText(string text) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        writer.Write("<pre class=\"plain\">");
        encoder.Encode(writer, text);
        writer.Write("</pre>");
    }
}
