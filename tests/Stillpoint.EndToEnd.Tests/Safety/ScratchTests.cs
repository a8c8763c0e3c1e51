using Stillpoint.EndToEnd.Tests.SafetyPage;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>
/// Scratch space that the guest could fill many times over, and nobody but the warden left to see it: full scratch would pause the VM, with the job as if nothing were.
/// </summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class ScratchTests(VmSuite suite)
{
    private static readonly (string Case, string Killed, Victims Victims)[] All =
    [
        ("Nobody", "nobody", 0), ("Service", "service", Victims.Control), ("Worker", "worker", Victims.Worker),
        ("ServiceAndWorker", "service and worker", Victims.Control | Victims.Worker),
    ];

    internal static SafetyTable Table { get; } = new(
        "scratch", "Little scratch space",
        "160 MiB for the data folder; the guest overwrites 256 MiB while the backup stands in its transfer. The guest's writes end well, its kernel has no I/O error to tell of, the VM is not paused.",
        ["killed", "the job", "the VM", "the next backup"],
        [.. All.Select(c => new SafetyTable.Row(c.Case, [c.Killed]))]);

    public static TheoryData<string> Cases => [.. All.Select(c => c.Case)];

    [Theory(Explicit = true), MemberData(nameof(Cases))]
    public Task Backup_GuestOverwritesMoreThanTheScratchHolds_IsGivenUpForTheGuest(string name)
    {
        Needs.VirtualMachine();
        return SafetyFacts.CaseAsync(Table.Key, name, async () =>
        {
            var victims = All.Single(c => c.Case == name).Victims;
            var guest = await suite.RunningGuestAsync();
            using var small = await SmallDisk.MakeAsync(guest, 160L << 20);
            using var cli = new StillpointCli(guest.Libvirt) { Data = Path.Combine(small.Path, "data") };
            await cli.InitAsync();
            await guest.RunAsync("dd if=/dev/zero of=/data/over bs=1M count=256 conv=fsync");
            var errors = await ErrorsAsync(guest);
            var end = "killed with it";
            using (var job = await PausedJob.AtAsync("Begun", cli, "backup", guest.Name, "--exclude-disk", "vda"))
            {
                if (victims != 0) await job.KillAsync(victims);
                await guest.RunAsync("dd if=/dev/zero of=/data/over bs=1M count=256 conv=notrunc,fsync");
                var ended = await job.EndAsync();
                if (!victims.HasFlag(Victims.Control))
                {
                    var (exitCode, error) = victims.HasFlag(Victims.Worker) ? (1, "worker-lost") : (10, "scratch-space-low");
                    StillpointCli.Read(ended).MustFail(exitCode, error);
                    end = error;
                }
                await job.MustBeGoneAsync();
            }
            var state = (await guest.Libvirt.VirshAsync("domstate", guest.Name)).Must().Out.Trim();
            Assert.Equal("running", state);
            Assert.Equal(errors, await ErrorsAsync(guest));
            Assert.DoesNotContain("vdb", (await guest.Libvirt.VirshAsync("domblkerror", guest.Name)).Must().Out, StringComparison.Ordinal);
            await guest.RunAsync("rm /data/over");
            var next = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vda")).Must();
            await guest.MustBeUndisturbedAsync();
            return [end, state, next.Summary("vdb")];
        });
    }

    private static Task<string> ErrorsAsync(TestGuest guest) => guest.RunAsync("dmesg | grep -i 'I/O error' || true");
}
