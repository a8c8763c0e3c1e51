using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests;

public sealed class CatalogDatabaseTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private DataFolder Folder => new(_temp["data"]);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Open_EmptyFolder_MakesItForItsOwnerAlone()
    {
        using var database = CatalogDatabase.Open(Folder, TimeProvider.System);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Folder.Catalog));
        Assert.Equal("wal", database.Query("pragma journal_mode", r => r.GetString(0)).Single());
    }

    [Fact]
    public void Open_SecondTime_KeepsWhatIsThere()
    {
        using (var database = CatalogDatabase.Open(Folder, TimeProvider.System))
            new PlaceTable(database, TimeProvider.System).DefaultVault = "/v";
        using var again = CatalogDatabase.Open(Folder, TimeProvider.System);
        Assert.Equal("/v", new PlaceTable(again, TimeProvider.System).DefaultVault);
    }

    [Fact]
    public async Task Open_SeveralAtOnceOnAnEmptyFolder_MigratesOnce()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => CatalogDatabase.Open(Folder, TimeProvider.System))));
        var applied = opened[0].Query("select name from migration order by name", r => r.GetString(0));
        Assert.Equal(typeof(CatalogDatabase).Assembly.GetManifestResourceNames().Where(n => char.IsAsciiDigit(n[0])).Order(StringComparer.Ordinal), applied);
        foreach (var database in opened) database.Dispose();
    }

    [Fact]
    public void Open_CatalogOfALaterVersion_IsRefused()
    {
        using (var database = CatalogDatabase.Open(Folder, TimeProvider.System))
            database.Execute("insert into migration (name, applied) values ('29990101-0000-later', 0)");
        var e = Assert.Throws<FailureException>(() => CatalogDatabase.Open(Folder, TimeProvider.System));
        Assert.Equal(FailureCode.CatalogNewer, e.Failure.Code);
        Assert.Contains("29990101-0000-later", e.Failure.Evidence.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderThatIsAFile_NamesIt()
    {
        File.WriteAllText(_temp["data"], "");
        var e = Assert.Throws<FailureException>(() => CatalogDatabase.Open(Folder, TimeProvider.System));
        Assert.Equal((FailureCode.DataFolderUnusable, _temp["data"]), (e.Failure.Code, e.Failure.Arguments["path"]));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsAFailureWithItsWords()
    {
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.Catalog, new string('x', 5000));
        var e = Assert.Throws<FailureException>(() => CatalogDatabase.Open(Folder, TimeProvider.System));
        Assert.Equal(FailureCode.DataFolderUnusable, e.Failure.Code);
        Assert.Contains("not a database", e.Failure.Evidence.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void InTransaction_WorkThatThrows_ChangesNothing()
    {
        using var database = CatalogDatabase.Open(Folder, TimeProvider.System);
        var places = new PlaceTable(database, TimeProvider.System);
        Assert.Throws<InvalidOperationException>(() => database.InTransaction(() =>
        {
            places.DefaultVault = "/v";
            throw new InvalidOperationException();
        }));
        Assert.Null(places.DefaultVault);
    }

    /// <summary>The connection's list of commands was once changed by several threads at once: from then on every statement failed, and the end too.</summary>
    [Fact]
    public async Task Statements_OfManyThreads_LeaveTheConnectionWhole()
    {
        const int threads = 4, rounds = 20_000;
        using var database = CatalogDatabase.Open(Folder, TimeProvider.System);
        using var together = new Barrier(threads);
        database.Execute("create table counted (n integer)");
        database.Execute("insert into counted values (0)");
        var work = Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(() =>
        {
            together.SignalAndWait();
            for (var i = 0; i < rounds; i++)
            {
                if (i % 20 == 0) database.Execute("update counted set n = n + 1");
                else database.Query("select n from counted", r => r.GetInt64(0));
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(work.ToList());
        Assert.Equal(threads * rounds / 20, database.Query("select n from counted", r => r.GetInt64(0)).Single());
    }
}
