using System.IO.Enumeration;
using System.Xml.Linq;
using Stillpoint.Model;

namespace Stillpoint.Control.Protection;

/// <summary>Puts every VM that fits under a policy. What is given must all fit; at least one is. The first rule by name decides.</summary>
/// <param name="Pattern">Of the VM's name: <c>*</c> any characters, <c>?</c> one; capitals count.</param>
/// <param name="Metadata"><c>ELEMENT=VALUE</c>: an element of that local name, with that text, somewhere in libvirt's <c>metadata</c> of the VM.</param>
/// <param name="Host">URI of a host.</param>
public sealed record ProtectRule(string Name, string Policy, string? Pattern, string? Metadata, string? Host)
{
    /// <summary>Null, or what is wrong.</summary>
    public Failure? Validate()
    {
        if (Name.Length is 0 or > 63 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) return Invalid("name", Name, "A-Z a-z 0-9 - _ ., 1-63");
        if (Pattern is null && Metadata is null && Host is null) return Invalid("match", "", "--match | --metadata | --only-host");
        if (Pattern is { Length: 0 or > 255 }) return Invalid("match", Pattern, "web*, db-??");
        if (Metadata is not null && (Metadata.IndexOf('=', StringComparison.Ordinal) is < 1 and var _ || Metadata.Length > 255)) return Invalid("metadata", Metadata, "ELEMENT=VALUE");
        return null;
    }

    /// <param name="xml">Only asked for when everything else fits.</param>
    public async Task<bool> FitsAsync(string vm, string host, Func<Task<string>> xml) =>
        (Pattern is null || FileSystemName.MatchesSimpleExpression(Pattern, vm, ignoreCase: false)) &&
        (Host is null || Host == host) &&
        (Metadata is null || HasMetadata(await xml()));

    private bool HasMetadata(string xml)
    {
        var (name, value) = (Metadata!.Split('=', 2)[0], Metadata!.Split('=', 2)[1]);
        return XElement.Parse(xml).Element("metadata")?.Descendants().Any(e => e.Name.LocalName == name && e.Value.Trim() == value) ?? false;
    }

    private static Failure Invalid(string key, string value, string expected) =>
        Failure.Of(FailureCode.UsageInvalid, Stage.Input, ("option", key), ("value", value), ("expected", expected));
}
