using System.Runtime.InteropServices;

namespace Stillpoint.Control.Catalog;

/// <summary>Points the SQLite provider at the distribution's library, which gets its fixes; none is shipped with us.</summary>
internal static class SqliteRuntime
{
    private static readonly Lock Gate = new();
    private static bool _ready;

    public static void Ensure()
    {
        lock (Gate)
        {
            if (_ready) return;
            // Before SetProvider, which makes the first native call.
            NativeLibrary.SetDllImportResolver(
                typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (_, _, _) => NativeLibrary.Load("libsqlite3.so.0"));
            SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
            _ready = true;
        }
    }
}
