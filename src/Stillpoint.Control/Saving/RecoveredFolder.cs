using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Saving;

/// <param name="Owner">The data folder it comes from, and that the recovered one is from now on.</param>
/// <param name="Host">Name of the host it was saved on.</param>
/// <param name="At">By the store's clock.</param>
public sealed record SavedCatalog(Guid Owner, string Host, DateTimeOffset At);

/// <summary>What came back.</summary>
/// <param name="Catalog">Null: the vault has no catalog that can be read; only what the recovery points tell is here.</param>
/// <param name="Damaged">Copies that are newer than the one taken and damaged.</param>
/// <param name="Jobs">Job records that are here now.</param>
/// <param name="Points">Recovery points in the vault.</param>
/// <param name="PointsSince">Of them, those the catalog did not know: made after it was saved.</param>
public sealed record RecoveredFolder(SavedCatalog? Catalog, IReadOnlyList<Failure> Damaged, int Jobs, int Points, int PointsSince);
