using System.Globalization;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Scripts;

/// <summary>
/// Application consistency, shown: PostgreSQL under write load, held by the scripts of docs/examples. In the restored copy the marker is the last
/// commit. Without the scripts the same load goes past a marker.
/// </summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class PostgresTests(VmSuite suite)
{
    private const int Writers = 3;

    /// <summary>Each commits on its own, as fast as it is let.</summary>
    private const string Load = """
        create table log (id bigserial primary key, at timestamptz not null default clock_timestamp());
        create procedure work() language plpgsql as $$ begin loop insert into log default values; commit; perform pg_sleep(0.002); end loop; end $$;
        """;

    /// <summary>By the order of commits, which the server itself writes down: how many rows were committed before the newest marker, and how many after.</summary>
    private const string Count = """
        select count(*) filter (where pg_xact_commit_timestamp(l.xmin) <= m.at), count(*) filter (where pg_xact_commit_timestamp(l.xmin) > m.at), max(m.token)
        from log l, (select pg_xact_commit_timestamp(xmin) as at, token from stillpoint.marker order by 1 desc limit 1) m
        """;

    [Fact(Explicit = true)]
    public async Task Backup_OfAGuestWithPostgres_HoldsItsWritersAndTheMarkerIsTheLastCommit()
    {
        Needs.VirtualMachine();
        var guest = await TestGuest.DefineAsync(await suite.LibvirtAsync(), "postgres", "postgresql");
        await guest.StartAsync();
        using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
        foreach (var phase in new[] { "pre-freeze", "post-freeze" })
            await PutAsync(guest, Repository.PathOf("docs", "examples", "postgresql", phase + ".d", "50-postgresql"), $"/etc/stillpoint/{phase}.d/50-postgresql");
        await guest.RunAsync("echo track_commit_timestamp = on >> /etc/postgresql/15/main/postgresql.conf; systemctl restart postgresql");
        await SqlAsync(guest, Load);
        for (var i = 0; i < Writers; i++)
            await guest.RunAsync("setsid runuser -u postgres -- psql -X -d postgres -c 'call work()' < /dev/null > /dev/null 2>&1 &");
        await GrowsAsync(guest);

        var held = (await cli.RunAsync("backup", guest.Name, "--consistency", "application", "--script-limit", "300")).Must();
        Assert.True(held["consistency"].GetString() == "application", held.Json.ToString());
        await GrowsAsync(guest);
        Assert.Equal("0", await SqlAsync(guest, "select count(*) from pg_stat_activity where application_name like 'stillpoint-hold-%'"));

        await SqlAsync(guest, "insert into stillpoint.marker (token) values ('by-hand')");
        await GrowsAsync(guest);
        var free = (await cli.RunAsync("backup", guest.Name, "--scripts", "skip")).Must();
        Assert.Equal("file-system", free["consistency"].GetString());
        await guest.RemoveAsync();

        var withScripts = await RestoredAsync(cli, guest, held.Point);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"with scripts: {withScripts.Before} commits before the marker, {withScripts.After} after it"));
        Assert.Equal((0, held["job"].GetString()), (withScripts.After, withScripts.Token));
        Assert.True(withScripts.Before > 0);
        var without = await RestoredAsync(cli, guest, free.Point);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"without: {without.Before} commits before the marker, {without.After} after it"));
        Assert.Equal("by-hand", without.Token);
        Assert.True(without.After > 0, "the load did not write past the marker: the test shows nothing");
    }

    private static async Task<(long Before, long After, string Token)> RestoredAsync(StillpointCli cli, TestGuest guest, string point)
    {
        var folder = cli.Folder["vms-" + point];
        Directory.CreateDirectory(folder);
        (await cli.RunAsync("restore", point, "--as", "copy", "--folder", folder)).Must();
        var copy = guest.Named("copy");
        await copy.StartAsync();
        var row = (await SqlAsync(copy, Count)).Split('|');
        await copy.RemoveAsync();
        return (long.Parse(row[0], CultureInfo.InvariantCulture), long.Parse(row[1], CultureInfo.InvariantCulture), row[2]);
    }

    private static async Task GrowsAsync(TestGuest guest)
    {
        async Task<long> RowsAsync() => long.Parse(await SqlAsync(guest, "select coalesce(max(id), 0) from log"), CultureInfo.InvariantCulture);
        var before = await RowsAsync();
        await Eventually.IsAsync("the writers write", async () => await RowsAsync() > before + 20);
    }

    private static async Task<string> SqlAsync(TestGuest guest, string sql)
    {
        var text = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(sql));
        return (await guest.RunAsync(
            $"for i in $(seq 300); do runuser -u postgres -- psql -XAtq -d postgres -c 'select 1' > /dev/null 2>&1 && break; sleep 0.2; done; " +
            $"echo {text} | base64 -d | runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres", TimeSpan.FromMinutes(4))).Trim();
    }

    private static async Task PutAsync(TestGuest guest, string file, string path)
    {
        var text = Convert.ToBase64String(await File.ReadAllBytesAsync(file));
        await guest.RunAsync($"mkdir -p {Path.GetDirectoryName(path)}; echo {text} | base64 -d > {path}; chmod 755 {path}");
    }
}
