using Microsoft.Data.Sqlite;
using Stillpoint.Control.Saving;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Control.Tests.Saving;

/// <summary>A real vault in a folder, and data folders whose catalogs are saved in it as a worker does.</summary>
internal sealed class SavedScene : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public TempFolder Temp { get; } = new();

    public FakeEngine Engine { get; } = new();

    public TimeProvider Clock { get; } = new StandingClock();

    public VaultId Vault { get; private set; }

    public string VaultPath => Temp["vault"];

    public static async Task<SavedScene> CreateAsync()
    {
        var scene = new SavedScene();
        scene.Vault = (await VaultInit.CreateAsync(new FolderStore(scene.VaultPath), new(PassphraseRounds: 10), "p", TimeProvider.System, default)).Id;
        scene.Engine.Capture = (order, _, _) => Task.FromResult(FakeEngine.Result(order) with { Vault = scene.Vault });
        scene.Engine.SaveCatalog = async (file, owner, ct) =>
        {
            await using var vault = await scene.OpenAsync();
            await VaultSaved.PutAsync(vault, owner, "host-a", await File.ReadAllBytesAsync(file, ct), ct);
        };
        return scene;
    }

    public DataFolder Data(string name = "data") => new(Temp[name]);

    public Task<OpenVault> OpenAsync() => OpenVault.OpenAsync(new FolderStore(VaultPath), new Passphrase("p"), Clock, default);

    public StillpointControl Control(string data = "data") => StillpointControl.Open(Data(data), Engine, Clock);

    public async Task<JobOutcome<CaptureResult>> BackUpAsync(StillpointControl control)
    {
        using var secret = VaultSecret.FromPassphrase("p");
        return await control.BackUpAsync(
            FakeHost.New(), new(VaultPath, secret), new(JobId.New(Clock), FakeHost.VmName, CapturePolicy.Default, new HashSet<string>()), new SilentEvents(), default);
    }

    /// <summary>A point in the vault that no catalog knows.</summary>
    public async Task AddPointAsync()
    {
        await using var vault = await OpenAsync();
        await using var writer = await vault.BeginPointAsync(PointId.New(Clock), new(FakeHost.Vm.Value), FakeHost.VmName, null, default);
        writer.BeginTree("vda", writer.BlockSize, null).Put(0, new byte[writer.BlockSize]);
        var metadata = new PointMetadata
        {
            VmId = FakeHost.Vm.ToString(), VmName = FakeHost.VmName, HostName = "host-a", Taken = Now, Consistency = "crash",
            Disks = [new("vda", "raw", writer.BlockSize, "full", 1, 1, null)], DomainXml = "<domain/>",
        };
        await writer.CommitAsync((int)Consistency.Crash, metadata.ToBytes(), default);
    }

    public async Task<RecoveredFolder> RecoverAsync(string into, string? from = null)
    {
        await using var vault = await OpenAsync();
        return await HostRecovery.RunAsync(Data(into), vault, VaultPath, from, Clock, default);
    }

    /// <summary>Every row of every table there is.</summary>
    public static List<string> RowsOf(string catalog)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using var connection = new SqliteConnection($"Data Source={catalog};Pooling=False;Mode=ReadOnly");
        connection.Open();
        var rows = new List<string>();
        foreach (var table in Query(connection, "select name from sqlite_master where type = 'table' order by name"))
            rows.AddRange(Query(connection, $"select * from \"{table}\"").Select(r => $"{table}: {r}").Order(StringComparer.Ordinal));
        return rows;
    }

    public void Dispose() => Temp.Dispose();

    private static List<string> Query(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "null" : reader.GetValue(i).ToString())));
        return rows;
    }

    /// <summary>Recovery notes when it met the vault; with a clock that stands, that is as it was.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
