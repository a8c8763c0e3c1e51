using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Jobs;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Control.Saving;

/// <summary>
/// A consistent copy of the whole catalog in a file of its owner's alone, for the vault; gone when disposed. One at a time in a data folder: so a later
/// copy is never saved before an earlier one. Of jobs it holds the newest.
/// </summary>
internal sealed class CatalogCopy : IDisposable
{
    public const int MostJobs = 1000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>By data folder: who waits for another of this process need not look again and again.</summary>
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    private readonly SemaphoreSlim _gate;
    private JobLock? _alone;

    private CatalogCopy(SemaphoreSlim gate, string path) => (_gate, Path) = (gate, path);

    public string Path { get; }

    /// <exception cref="FailureException">DataFolderUnusable.</exception>
    public static async Task<CatalogCopy> MakeAsync(CatalogDatabase database, DataFolder folder, TimeProvider clock, CancellationToken ct)
    {
        var gate = Gates.GetOrAdd(folder.Path, static _ => new(1, 1));
        await gate.WaitAsync(ct);
        var copy = new CatalogCopy(gate, folder.CatalogCopy);
        try
        {
            while ((copy._alone = JobLock.TryTake(folder, "catalog-copy")) is null) await Task.Delay(Look, clock, ct);
            File.Delete(copy.Path); // of one who was killed
            // SQLite takes an empty file for a new one, and leaves its mode as it is.
            using (new FileStream(copy.Path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite })) { }
            database.Execute("vacuum into $path", ("path", copy.Path));
            Trim(copy.Path, MostJobs, VaultSaved.MaxBytes);
            return copy;
        }
        catch (Exception e)
        {
            copy.Dispose();
            if (e is SqliteException or IOException or UnauthorizedAccessException) throw folder.Unusable(e);
            throw;
        }
    }

    /// <summary>Leaves so many of the newest jobs, and fewer if the file would be too large all the same.</summary>
    internal static void Trim(string path, int jobs, long mostBytes)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadWrite");
        connection.Open();
        Execute(connection, "pragma journal_mode = off; pragma foreign_keys = off");
        if (Count(connection) > jobs) KeepJobs(connection, jobs);
        while (jobs > 0 && new FileInfo(path).Length > mostBytes) KeepJobs(connection, jobs /= 2);
    }

    public void Dispose()
    {
        try
        {
            if (_alone is not null) File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next copy takes its place.
        }
        _alone?.Dispose();
        _gate.Release();
    }

    private static void KeepJobs(SqliteConnection connection, int jobs)
    {
        var newest = string.Create(CultureInfo.InvariantCulture, $"(select id from job order by started desc, id desc limit {jobs})");
        // What belongs to a job says so by its foreign key: no table needs to be named here.
        foreach (var (table, column) in BelongingToJobs(connection)) Execute(connection, $"delete from \"{table}\" where \"{column}\" not in {newest}");
        Execute(connection, $"delete from job where id not in {newest}");
        Execute(connection, "vacuum");
    }

    private static List<(string Table, string Column)> BelongingToJobs(SqliteConnection connection)
    {
        using var command = new SqliteCommand(
            "select m.name, f.\"from\" from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table' and f.\"table\" = 'job'", connection);
        using var reader = command.ExecuteReader();
        var found = new List<(string, string)>();
        while (reader.Read()) found.Add((reader.GetString(0), reader.GetString(1)));
        return found;
    }

    private static long Count(SqliteConnection connection)
    {
        using var command = new SqliteCommand("select count(*) from job", connection);
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
