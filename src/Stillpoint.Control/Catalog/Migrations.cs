using Stillpoint.Model;

namespace Stillpoint.Control.Catalog;

/// <summary>Brings a catalog to this version: every embedded migration not yet applied, in the order of their time-stamped names.</summary>
internal static class Migrations
{
    private static readonly string[] Known =
        [.. typeof(Migrations).Assembly.GetManifestResourceNames().Where(n => char.IsAsciiDigit(n[0])).Order(StringComparer.Ordinal)];

    public static void Apply(CatalogDatabase database, DataFolder folder, TimeProvider clock)
    {
        if (Missing(database, folder).Length == 0) return;
        database.InTransaction(() =>
        {
            // Asked again with the write lock held: another process may have been first.
            foreach (var name in Missing(database, folder))
            {
                database.Execute(Read(name));
                database.Execute(
                    "insert into migration (name, applied) values ($name, $now)", ("name", name), ("now", clock.GetUtcNow().ToUnixTimeMilliseconds()));
            }
        });
    }

    private static string[] Missing(CatalogDatabase database, DataFolder folder)
    {
        database.Execute("create table if not exists migration (name text primary key, applied bigint not null)");
        var applied = database.Query("select name from migration", r => r.GetString(0));
        if (applied.Except(Known).FirstOrDefault() is { } newer)
            throw new FailureException(Failure.Of(FailureCode.CatalogNewer, Stage.Preflight, ("path", folder.Catalog)).With(new(folder.Catalog, newer)));
        return [.. Known.Except(applied)];
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
