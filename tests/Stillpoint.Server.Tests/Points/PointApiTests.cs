using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Points;

public sealed class PointApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Points_InTheVault_AreListedByPagesAndShown()
    {
        await using var host = await ServiceHost.StartAsync();
        var made = new List<string>();
        for (var i = 0; i < 3; i++) made.Add(await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(i)));
        made.Sort(StringComparer.Ordinal);
        var client = host.Client(Role.Reader);
        var first = await client.Points.ListAsync(None, vm: "guest", limit: 2);
        var second = await client.Points.ListAsync(None, vm: "guest", after: first.Next, limit: 2);
        Assert.Equal([made[2], made[1], made[0]], [.. first.Items.Select(p => p.Id), .. second.Items.Select(p => p.Id)]);
        Assert.Null(second.Next);
        var shown = await client.Points.ShowAsync(made[0], None);
        Assert.Equal(("guest", "crash", "agent-not-configured", 1_000_000L), (shown.Vm, shown.Consistency, shown.Reason!.Code, shown.Disks.Single().SizeBytes));
        Assert.Equal("sda", shown.LeftOut.Single().Name);
        Assert.Empty((await client.Points.ListAsync(None, vm: "other")).Items);
        // Not when it was written to the vault.
        Assert.Equal(FakeEngine.Taken, (await client.Jobs.OverviewAsync(None)).NewestPoint);
    }

    [Fact]
    public async Task Forget_OfAPoint_AsksTwiceAndCanBeTakenBack()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var client = host.Client(Role.Operator);
        await Answers.FailsAsync("confirmation-needed", 428, () => client.Points.ForgetAsync(point, "", None));
        await client.Points.ForgetAsync(point, point, None);
        Assert.Empty((await client.Points.ListAsync(None)).Items);
        await Answers.FailsAsync("point-forgotten", 409, () => client.Points.ShowAsync(point, None));
        var forgotten = Assert.Single(await client.Points.ForgottenAsync(None));
        Assert.Equal((point, TimeSpan.FromDays(14)), (forgotten.Id, forgotten.Until - forgotten.Forgotten));
        await client.Points.UnforgetAsync(point, None);
        Assert.Equal(point, (await client.Points.ListAsync(None)).Items.Single().Id);
        Assert.Empty(await client.Points.ForgottenAsync(None));
    }

    [Fact]
    public async Task VaultJobs_OnARealVault_VerifyCollectAndCopy()
    {
        await using var host = await ServiceHost.StartAsync();
        var point = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var client = host.Client(Role.Admin);
        var verify = await client.EndOfAsync((await client.Jobs.VerifyAsync(new(), None)).Job);
        Assert.Equal(("verify", "completed", "verify-vault"), (verify.Job.Kind, verify.Job.State, verify.SubTasks.Single().Name));
        Assert.True(verify.Job.BytesDone > 0);
        var stats = await client.Vaults.StatsAsync(None);
        Assert.Equal((1, 0L), (stats.Points, stats.PacksUnproven));
        Assert.Equal("completed", (await client.EndOfAsync((await client.Jobs.CopyAsync(new(host.Folder["twin"], [point]), None)).Job)).Job.State);
        Assert.Contains(await client.Vaults.ListAsync(None), v => v.Path == host.Folder["twin"] && !v.IsDefault);
        await Answers.FailsAsync("confirmation-needed", 428, () => client.Jobs.CollectAsync(new(Now: true), None));
        await client.Points.ForgetAsync(point, point, None);
        Assert.Equal("completed", (await client.EndOfAsync((await client.Jobs.CollectAsync(new(Now: true, Confirm: stats.Id), None)).Job)).Job.State);
        Assert.Empty(await client.Points.ForgottenAsync(None));
        Assert.Equal(["passphrase", "recovery-key"], (await client.Vaults.KeysAsync(None)).Select(k => k.Kind).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Verify_OfADamagedVault_FailsAndNamesTheObject()
    {
        await using var host = await ServiceHost.StartAsync();
        await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var pack = Directory.EnumerateFiles(Path.Combine(host.VaultFolder, "packs"), "*", SearchOption.AllDirectories).OrderBy(f => new FileInfo(f).Length).Last();
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[bytes.Length / 3] ^= 1;
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(pack, bytes);
        var client = host.Client(Role.Admin);
        var end = await client.EndOfAsync((await client.Jobs.VerifyAsync(new(), None)).Job);
        Assert.Equal(("failed", "vault-damaged"), (end.Job.State, end.Job.Failure!.Code));
        Assert.Contains(end.Job.Failure.Evidence, e => e.Text.Contains(Path.GetFileName(pack)[..12], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Vault_ThatIsNotChosen_IsSaidByWhatNeedsIt()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client(Role.Operator);
        await Answers.FailsAsync("vault-not-chosen", 503, () => client.Points.ListAsync(None));
        await Answers.FailsAsync("vault-not-chosen", 503, () => client.Vaults.StatsAsync(None));
        var overview = await client.Jobs.OverviewAsync(None);
        Assert.Equal((1, null, "vault-not-chosen"), (overview.Vms, overview.Points, overview.Vault!.Code));
        Assert.Empty(await client.Vaults.ListAsync(None));
    }
}
