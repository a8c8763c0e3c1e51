using System.Globalization;
using Stillpoint.Engine.Capture;
using Stillpoint.Engine.Points;
using Stillpoint.Engine.Restore;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Examine;

/// <summary>
/// The guest from the outside: with no agent to ask, the newest recovery point tells whether it is installed, masked, and what its journal said last. Needs
/// libguestfs on this host; the point is served as <c>point serve</c> does, read-only.
/// </summary>
internal sealed class PointProbe(IVault vault, EnginePaths paths, TimeProvider clock)
{
    /// <summary>libguestfs boots a VM of its own: 10 to 60 s where there is no KVM.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private const string Service = "guest.service:qemu-guest-agent";
    private const long LargestJournal = 128L << 20;

    private static readonly string[] Programs = ["/usr/sbin/qemu-ga", "/usr/bin/qemu-ga"];

    /// <returns>What was read as text; null: there is no point of this VM.</returns>
    /// <exception cref="FailureException">ToolMissing: no libguestfs here. ToolFailed; the vault's.</exception>
    public async Task<GuestText?> RunAsync(VmId vm, DateTimeOffset since, Probing probing, CancellationToken ct)
    {
        if ((await vault.ListPointsAsync(new(vm.Value), ct)).LastOrDefault() is not { } point) return null;
        var taken = PointMetadata.Read(point.Metadata).Taken;
        var folder = Directory.CreateDirectory(Path.Combine(JobFolder.RootOf(paths), "look-" + Guid.NewGuid().ToString("N")[..8]), (UnixFileMode)0b111_000_001);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var socket = Path.Combine(folder.FullName, "nbd.sock");
        var ready = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var serving = PointServer.RunAsync(vault, point.Id.ToString(), null, socket, disks => ready.TrySetResult(disks), null, clock, stop.Token);
        try
        {
            await Task.WhenAny(ready.Task, serving);
            if (!ready.Task.IsCompleted) await serving;
            probing.Add("point.taken", taken.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), $"point {point.Id}");
            await using var fish = GuestFish.Start(socket, await ready.Task);
            return await LookAsync(fish, folder.FullName, since, $"point {point.Id}", probing, ct);
        }
        finally
        {
            await stop.CancelAsync();
            await serving.WaitAsync(TimeSpan.FromSeconds(10), clock, CancellationToken.None).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            folder.Delete(recursive: true);
        }
    }

    private async Task<GuestText> LookAsync(
        GuestFish fish, string folder, DateTimeOffset since, string source, Probing probing, CancellationToken ct)
    {
        var token = Guid.NewGuid().ToString("N");
        var text = new List<string> { $"=== {token} os-release" };
        text.AddRange(await fish.AskAsync("cat /etc/os-release", ct));
        var installed = false;
        foreach (var program in Programs) installed |= (await fish.AskAsync("is-file " + program + " followsymlinks:true", ct)).Contains("true");
        var unit = (await fish.AskAsync("readlink /etc/systemd/system/qemu-guest-agent.service", ct)).FirstOrDefault();
        if (!installed) probing.Add(Service, "not-found", source);
        else if (unit == "/dev/null") probing.Add(Service, "masked", source);
        text.Add($"=== {token} journal-agent");
        text.AddRange(await JournalAsync(fish, folder, since, ct));
        text.Add($"=== {token} end");
        return new(source, token, string.Join('\n', text), clock.GetUtcNow());
    }

    private async Task<IReadOnlyList<string>> JournalAsync(GuestFish fish, string folder, DateTimeOffset since, CancellationToken ct)
    {
        if ((await fish.AskAsync("glob-expand /var/log/journal/*/system.journal", ct)).FirstOrDefault(l => l.Length > 0) is not { } path) return [];
        var quoted = GuestFish.Quote(path);
        var size = (await fish.AskAsync("filesize " + quoted, ct)).FirstOrDefault();
        if (!long.TryParse(size, CultureInfo.InvariantCulture, out var bytes) || bytes > LargestJournal) return [];
        var file = Path.Combine(folder, "system.journal");
        await fish.AskAsync($"download {quoted} {GuestFish.Quote(file)}", ct);
        return File.Exists(file) ? await ForeignJournal.ReadAsync(file, since, clock, ct) : [];
    }
}
