namespace Stillpoint.Contracts;

/// <param name="Id">Null: chosen, but never opened here.</param>
/// <param name="IsDefault">The one that backups go to.</param>
public sealed record VaultView(string? Id, string Path, bool IsDefault);

/// <param name="Path">Of a folder on the service's machine, absolute.</param>
/// <param name="AlsoIfTwice">Also where another folder is known to hold the same vault: from now on backups go to this one only.</param>
public sealed record VaultChoice(string Path, bool AlsoIfTwice = false);

public sealed record LeaseView(string Kind, string State, string Host, int ProcessId, string Purpose, DateTimeOffset Renewed);

/// <param name="ReserveBytes">Kept back so that garbage can be collected from a full vault; not in <paramref name="StoredBytes"/>.</param>
/// <param name="SavedBytes">Of saved catalogs.</param>
public sealed record VaultStatsView(
    string Id, string Path, int BlockSize, bool Delta, DateTimeOffset Created, int Points, int Vms, long LogicalBytes, long StoredBytes, long DataPacks,
    long DataBytes, long PagePacks, long PageBytes, int IndexSegments, long IndexBytes, long Entries, IReadOnlyList<LeaseView> Leases, long PacksUnproven,
    DateTimeOffset? OldestProof, long ReserveBytes = 0, long SavedBytes = 0);

/// <param name="Kind">passphrase, recovery-key.</param>
public sealed record VaultKeyView(string Id, string Kind, string Label, DateTimeOffset Created);
