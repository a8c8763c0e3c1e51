using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The network works and names do not resolve.</summary>
internal sealed partial class NetDns() : Cause("net-dns", Link.Snapshot)
{
    private static readonly LinePattern Unresolved = new(
        ["Name or service not known", "name resolution", "curl return code"],
        UnresolvedLine(), LogKind.Agent | LogKind.Extension | LogKind.Shell);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("fix-resolver", Applies.Linux), new("check-name")]);

    public override IReadOnlyList<LinePattern> Patterns => [Unresolved];

    public override Finding? Judge(CaseFile file)
    {
        if (file.Facts("guest.reach").FirstOrDefault(r => r.Fact.Value == "no-name") is { Fact: { } probe } failed)
            return Finding.Certain(probe).With("address", failed.Subject);
        var unresolved = file.Hits(Unresolved);
        // A single one is a hiccup of the resolver, unless the extension failed with it.
        return file.Extension.Standing(76, 761, 15) is not null && unresolved.Any ? Finding.Certain(unresolved)
            : unresolved.Count >= 3 ? Finding.Likely(unresolved) : null;
    }

    [GeneratedRegex(
        "(Fetch failed|Failed to call http|IOError|HttpError).*(Name or service not known|" +
        @"Temporary failure in name resolution)|curl return code is ?: ?6\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UnresolvedLine();
}
