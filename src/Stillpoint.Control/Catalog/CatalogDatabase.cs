using Microsoft.Data.Sqlite;
using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>
/// The catalog's connection. Plain ADO.NET: a mapper's reflection would cost every command of the CLI more than all of its queries.
/// Safe for many threads (one statement or transaction at a time); other processes may use the same file (write-ahead log).
/// </summary>
/// <remarks>Everything that fails in the database is DataFolderUnusable with SQLite's words; bugs in statements are found by the tests.</remarks>
public sealed class CatalogDatabase : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly DataFolder _folder;
    private SqliteTransaction? _transaction;

    private CatalogDatabase(DataFolder folder, SqliteConnection connection)
    {
        _folder = folder;
        _connection = connection;
    }

    /// <summary>Makes or migrates the file as needed.</summary>
    /// <exception cref="FailureException">DataFolderUnusable, CatalogNewer.</exception>
    public static CatalogDatabase Open(DataFolder folder, TimeProvider clock)
    {
        folder.Ensure();
        SqliteRuntime.Ensure();
        var connection = new SqliteConnection($"Data Source={folder.Catalog};Pooling=False;Default Timeout=30");
        var database = new CatalogDatabase(folder, connection);
        try
        {
            database.Guarded(() =>
            {
                var made = !File.Exists(folder.Catalog);
                connection.Open();
                if (made) File.SetUnixFileMode(folder.Catalog, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            });
            database.Execute("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on");
            Migrations.Apply(database, folder, clock);
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            using var command = Command(sql, values);
            var result = 0;
            Guarded(() =>
            {
                command.Transaction = _transaction;
                result = command.ExecuteNonQuery();
            });
            return result;
        }
    }

    public IReadOnlyList<T> Query<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            using var command = Command(sql, values);
            var rows = new List<T>();
            Guarded(() =>
            {
                command.Transaction = _transaction;
                using var reader = command.ExecuteReader();
                while (reader.Read()) rows.Add(row(reader));
            });
            return rows;
        }
    }

    /// <summary>
    /// All of it or nothing; takes the write lock at once, so two processes cannot both read and then both write. Within another one it is part of that one.
    /// </summary>
    public void InTransaction(Action work)
    {
        lock (_gate)
        {
            if (_transaction is not null)
            {
                work();
                return;
            }
            Guarded(() => _transaction = _connection.BeginTransaction(deferred: false));
            try
            {
                work();
                Guarded(_transaction!.Commit);
            }
            finally
            {
                _transaction!.Dispose();
                _transaction = null;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate) _connection.Dispose();
    }

    /// <summary>Under the gate, and disposed under it: the connection keeps a list of its commands, which two threads at once would break for good.</summary>
    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = new SqliteCommand(sql, _connection);
        foreach (var (name, value) in values) command.Parameters.AddWithValue("$" + name, value ?? DBNull.Value);
        return command;
    }

    private void Guarded(Action work)
    {
        lock (_gate)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw _folder.Unusable(e);
            }
        }
    }
}
