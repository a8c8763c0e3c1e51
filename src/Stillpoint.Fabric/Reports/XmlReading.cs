using System.Xml;
using System.Xml.Linq;

namespace Stillpoint.Fabric.Reports;

/// <summary>XML from a guest: no document types, so no entities; nothing is fetched.</summary>
internal static class XmlReading
{
    /// <summary>Agents need 8. What is read into a tree is walked by recursion: a deeper one would end the process.</summary>
    private const int MostDepth = 32;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4 << 20 };

    /// <returns>Null: it is no XML.</returns>
    public static XElement? Read(byte[] body)
    {
        try
        {
            using (var first = XmlReader.Create(new MemoryStream(body), Settings))
                while (first.Read())
                    if (first.Depth > MostDepth) return null;
            using var reader = XmlReader.Create(new MemoryStream(body), Settings);
            return XDocument.Load(reader).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Elements without a root around them, as an event's parameters are.</summary>
    public static XElement? ReadFragment(string text) => Read(System.Text.Encoding.UTF8.GetBytes($"<Fragment>{text}</Fragment>"));

    public static string? Text(this XElement? element, string name) =>
        element?.Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value is { } value ? JsonReading.Cut(value.Trim()) : null;
}
