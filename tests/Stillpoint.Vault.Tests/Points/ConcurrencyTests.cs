using System.Diagnostics;
using Stillpoint.Model;
using Stillpoint.Vault.Leases;
using Xunit;

namespace Stillpoint.Vault.Tests.Points;

public sealed class ConcurrencyTests
{
    private const string ChildFolder = "STILLPOINT_TEST_CHILD_FOLDER", ChildSeed = "STILLPOINT_TEST_CHILD_SEED", ChildHangs = "STILLPOINT_TEST_CHILD_HANGS";

    [Fact]
    public async Task TwoWriters_OneProcess_BothPointsAreWhole()
    {
        await using var test = await TestVault.CreateAsync();
        await using var a = await test.OpenAsync();
        await using var b = await test.OpenAsync();
        var (x, y) = (TestData.Disk(4_000_000, 1), TestData.Disk(4_000_000, 2));
        var points = await Task.WhenAll(Task.Run(() => TestVault.PutAsync(a, x)), Task.Run(() => TestVault.PutAsync(b, y)));
        Assert.Equal(x, await TestVault.CopyAsync(b, points[0]));
        Assert.Equal(y, await TestVault.CopyAsync(a, points[1]));
        Assert.Equal(2, (await a.ListPointsAsync(TestVault.Series, default)).Count);
        Assert.Empty(await a.ListLeasesAsync(default));
    }

    [Fact]
    public async Task TwoWriters_TwoProcesses_BothPointsAreWhole()
    {
        await using var test = await TestVault.CreateAsync();
        using var one = StartChild(test, seed: 11, hang: false);
        using var two = StartChild(test, seed: 12, hang: false);
        await Task.WhenAll(one.WaitForExitAsync(), two.WaitForExitAsync());
        Assert.Equal((0, 0), (one.ExitCode, two.ExitCode));
        await using var vault = await test.OpenAsync();
        var points = await vault.ListPointsAsync(null, default);
        var read = new List<byte[]>();
        foreach (var point in points) read.Add(await TestVault.CopyAsync(vault, point));
        Assert.Equal(2, read.Count);
        Assert.Contains(read, r => r.AsSpan().SequenceEqual(TestData.Disk(4_000_000, 11)));
        Assert.Contains(read, r => r.AsSpan().SequenceEqual(TestData.Disk(4_000_000, 12)));
    }

    [Fact]
    public async Task Lease_OfAKilledProcess_IsNamedAndBindsNobody()
    {
        await using var test = await TestVault.CreateAsync();
        await using var vault = await test.OpenAsync();
        using var child = StartChild(test, seed: 1, hang: true);
        while (await child.StandardOutput.ReadLineAsync() is { } line && !line.Contains("HANGING", StringComparison.Ordinal))
        {
        }
        Assert.Equal(LeaseState.Live, Assert.Single(await vault.ListLeasesAsync(default)).State);
        child.Kill();
        await child.WaitForExitAsync();
        var lease = Assert.Single(await vault.ListLeasesAsync(default));
        Assert.Equal((LeaseState.Dead, child.Id, Environment.MachineName), (lease.State, lease.ProcessId, lease.Host));
        await IndexRebuild.RunAsync(vault, null, default); // exclusive work: not held up by the dead
    }

    /// <summary>Not a test of its own: the other process of the tests above.</summary>
    [Fact]
    public async Task Child()
    {
        if (Environment.GetEnvironmentVariable(ChildFolder) is not { Length: > 0 } folder) return;
        await using var vault = await OpenVault.OpenAsync(new Vault.Stores.FolderStore(folder), new Passphrase(TestVault.Passphrase), TimeProvider.System, default);
        if (Environment.GetEnvironmentVariable(ChildHangs) == "1")
        {
            await using var writer = await vault.BeginPointAsync(PointId.New(TimeProvider.System), TestVault.Series, "web", null, default);
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync("HANGING\n"u8.ToArray());
            await output.FlushAsync();
            await Task.Delay(TimeSpan.FromMinutes(5), TimeProvider.System);
        }
        await TestVault.PutAsync(vault, TestData.Disk(4_000_000, int.Parse(Environment.GetEnvironmentVariable(ChildSeed)!, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static Process StartChild(TestVault test, int seed, bool hang)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-method", $"{typeof(ConcurrencyTests).FullName}.{nameof(Child)}"])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                [ChildFolder] = test.Folder,
                [ChildSeed] = seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
                [ChildHangs] = hang ? "1" : "0",
            },
        };
        var child = Process.Start(start)!;
        if (!hang) child.OutputDataReceived += (_, _) => { };
        if (!hang) child.BeginOutputReadLine();
        return child;
    }
}
