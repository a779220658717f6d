using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Parts;

/// <summary>A status in the page: as a badge, as icon and word, or as a lone icon that carries its word for screen readers.</summary>
internal sealed class StatusMark : IHtmlContent
{
    private readonly StatusLook _look;
    private readonly Form _form;
    private readonly string? _link;

    private StatusMark(StatusLook look, Form form, string? link) => (_look, _form, _link) = (look, form, link);

    private enum Form
    {
        Badge,
        Inline,
        Icon,
    }

    public static StatusMark Badge(StatusLook look, string? link = null) => new(look, Form.Badge, link);

    public static StatusMark Inline(StatusLook look) => new(look, Form.Inline, null);

    public static StatusMark Icon(StatusLook look) => new(look, Form.Icon, null);

    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        var name = _link is null ? "span" : "a";
        writer.Write($"<{name} class=\"status {(_form == Form.Badge ? "badge " : "")}{_look.Tone}\"");
        if (_link is not null)
        {
            writer.Write(" href=\"");
            encoder.Encode(writer, _link);
            writer.Write('"');
        }

        if (_form == Form.Icon)
        {
            writer.Write(" title=\"");
            encoder.Encode(writer, _look.Label);
            writer.Write('"');
        }

        writer.Write('>');
        _look.Icon.WriteTo(writer, encoder);
        writer.Write(_form == Form.Icon ? "<span class=\"unseen\">" : "<span>");
        encoder.Encode(writer, _look.Label);
        writer.Write($"</span></{name}>");
    }
}
