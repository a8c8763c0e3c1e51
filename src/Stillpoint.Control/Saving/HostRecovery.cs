using Microsoft.Data.Sqlite;
using Stillpoint.Control.Catalog;
using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Saving;

/// <summary>
/// The host is gone: a data folder made anew from a vault. With what was saved there (<see cref="CatalogSaver"/>) everything the catalog held is back; without it
/// what the recovery points tell. Into an empty folder only, and whole or not at all: everything is made in a folder below it and moved at the end.
/// </summary>
public static class HostRecovery
{
    private const int MostNames = 10;

    /// <param name="from">Which data folder's catalog, by its id or a prefix; needed where several saved theirs.</param>
    /// <exception cref="FailureException">
    /// DataFolderNotEmpty, naming what is there; SavedCatalogAmbiguous, SavedCatalogNotFound; CatalogNewer, VaultFormatNewer: saved by a later Stillpoint;
    /// DataFolderUnusable; the store's.
    /// </exception>
    public static async Task<RecoveredFolder> RunAsync(DataFolder folder, OpenVault vault, string vaultPath, string? from, TimeProvider clock, CancellationToken ct)
    {
        var unfinished = new DataFolder(Path.Combine(folder.Path, "recovering"));
        CheckEmpty(folder, unfinished);
        var copies = (await SavedChoice.FindAsync(vault, from, ct)).ToList();
        folder.Ensure();
        try
        {
            var damaged = new List<Failure>();
            while (true)
            {
                Clear(unfinished);
                unfinished.Ensure();
                var found = await SavedChoice.ReadAsync(vault, copies, damaged, ct);
                if (found is { } some)
                {
                    Write(unfinished.Catalog, some.Content.Bytes);
                    copies.RemoveRange(0, copies.IndexOf(some.Copy) + 1);
                    if (IsNoCatalog(unfinished.Catalog) is { } why)
                    {
                        damaged.Add(Failure.Of(FailureCode.VaultDamaged, Stage.Vault, ("object", some.Copy.Name)).With(new(some.Copy.Name, why)));
                        continue;
                    }
                }
                var recovered = await FillAsync(unfinished, vault, vaultPath, found, damaged, clock, ct);
                File.Move(unfinished.Catalog, folder.Catalog);
                return recovered;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw folder.Unusable(e);
        }
        finally
        {
            Clear(unfinished);
        }
    }

    /// <exception cref="FailureException">DataFolderNotEmpty, DataFolderUnusable.</exception>
    private static void CheckEmpty(DataFolder folder, DataFolder unfinished)
    {
        try
        {
            if (!Directory.Exists(folder.Path)) return;
            // Of a recovery that was killed: its folder, and that of the locks.
            var there = Directory.EnumerateFileSystemEntries(folder.Path)
                .Where(p => p != unfinished.Path && !(p == folder.Locks && !Directory.EnumerateFileSystemEntries(p).Any())).Order(StringComparer.Ordinal).ToList();
            if (there.Count == 0) return;
            var failure = Failure.Of(FailureCode.DataFolderNotEmpty, Stage.Input, ("path", folder.Path));
            foreach (var path in there.Take(MostNames)) failure = failure.With(new(folder.Path, Path.GetFileName(path)));
            throw new FailureException(failure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw folder.Unusable(e);
        }
    }

    private static void Clear(DataFolder unfinished)
    {
        if (Directory.Exists(unfinished.Path)) Directory.Delete(unfinished.Path, recursive: true);
    }

    private static void Write(string path, ReadOnlyMemory<byte> content)
    {
        using var file = new FileStream(
            path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(content.Span);
        file.Flush(flushToDisk: true);
    }

    /// <returns>Null: it is whole as a database.</returns>
    private static string? IsNoCatalog(string path)
    {
        SqliteRuntime.Ensure();
        try
        {
            using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
            connection.Open();
            using var command = new SqliteCommand("pragma quick_check(1)", connection);
            return command.ExecuteScalar() is "ok" ? null : "the database is damaged";
        }
        catch (SqliteException e)
        {
            return e.Message;
        }
    }

    /// <summary>The vault's own truth over what was saved: where it is, and every point that is in it.</summary>
    private static async Task<RecoveredFolder> FillAsync(
        DataFolder folder, OpenVault vault, string vaultPath, (SavedCopy Copy, SavedContent Content)? found, List<Failure> damaged, TimeProvider clock, CancellationToken ct)
    {
        var points = await vault.ListPointsAsync(null, ct);
        using var database = CatalogDatabase.Open(folder, clock);
        var places = new PlaceTable(database, clock);
        var since = 0;
        database.InTransaction(() =>
        {
            places.VaultUsed(vault.Id, vaultPath);
            places.DefaultVault = vaultPath;
            foreach (var point in points)
                if (places.PointFound(point.ToRecoveryPoint(), vault.Id)) since++;
        });
        var jobs = new JobTable(database).Count();
        var catalog = found is { } f ? new SavedCatalog(f.Copy.Owner, f.Content.Host, f.Copy.Saved) : null;
        return new(catalog, damaged, jobs, points.Count, since);
    }
}
