namespace Stillpoint.Vault.Sealed;

/// <summary>The kinds of small object that are sealed one by one: docs/formats/manifest.md.</summary>
internal sealed record SealedKind(string Folder, string Magic, string Info)
{
    public static readonly SealedKind Manifest = new("points/", "SPNTMFST", "stillpoint/v1/manifest");
    public static readonly SealedKind Pending = new("pending/", "SPNTPEND", "stillpoint/v1/pending");
    public static readonly SealedKind Lease = new("leases/", "SPNTLEAS", "stillpoint/v1/lease");
    public static readonly SealedKind Condemned = new("condemned/", "SPNTCOND", "stillpoint/v1/condemned");
    public static readonly SealedKind Forgotten = new("forgotten/", "SPNTFRGT", "stillpoint/v1/forgotten");
    public static readonly SealedKind Fence = new("fences/", "SPNTFENC", "stillpoint/v1/fence");
    public static readonly SealedKind Seen = new("seen/", "SPNTSEEN", "stillpoint/v1/seen");
    public static readonly SealedKind Proof = new("proofs/", "SPNTPROF", "stillpoint/v1/proof");
    public static readonly SealedKind Damaged = new("damaged/", "SPNTDMGD", "stillpoint/v1/damaged");
    public static readonly SealedKind Saved = new("saved/", "SPNTSAVD", "stillpoint/v1/saved");
}
