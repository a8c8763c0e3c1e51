using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.EndToEnd.Tests.SafetyPage;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>libvirtd is killed and started again while a backup stands at each of its steps: the job and QEMU live on without it.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class LibvirtdTests(VmSuite suite)
{
    /// <summary>How the job ends, by hand: it finds its way back to libvirt at every step but the first, where it has only looked and may as well start over.</summary>
    private static readonly (string Step, string? Error)[] All =
    [
        ("Reconciled", "host-connection-lost"), ("Preflighted", null), ("JournalOpened", null), ("WorkspaceMade", null), ("WardenReady", null), ("FreezeOpened", null),
        ("Beginning", null), ("BeginReturned", null), ("Begun", null), ("DiskTransferred", null), ("Transferred", null), ("Committed", null),
        ("OlderCheckpointsDeleted", null), ("Released", null),
    ];

    internal static SafetyTable Table { get; } = new(
        "libvirtd", "libvirtd restarted",
        "libvirtd is killed (SIGKILL) and started again while a backup stands at each step. The point, where there is one, is restored and compared.",
        ["at step", "the job", "its point", "the next backup"],
        [.. All.Select(c => new SafetyTable.Row(c.Step, [c.Step]))]);

    public static TheoryData<string> Steps => [.. All.Select(c => c.Step)];

    [Fact]
    public void Steps_OfThePipeline_HaveACaseEach() => Assert.Equal(Enum.GetNames<Engine.Capture.CaptureStep>(), All.Select(c => c.Step));

    [Theory(Explicit = true), MemberData(nameof(Steps))]
    public Task Backup_LibvirtdRestartedAtAStep_FindsItsWayBack(string step)
    {
        Needs.VirtualMachine();
        return SafetyFacts.CaseAsync(Table.Key, step, async () =>
        {
            var error = All.Single(c => c.Step == step).Error;
            var guest = await suite.RunningGuestAsync();
            using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
            (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();

            var reference = cli.Folder["during.raw"];
            CliResult backup;
            using (var job = await PausedJob.AtAsync(step, cli, "backup", guest.Name, "--exclude-disk", "vdb", "--before-release", Compared.Copy(reference)))
            {
                await guest.Libvirt.KillAndRestartAsync();
                job.GoOn();
                backup = await job.ResultAsync();
                await job.MustBeGoneAsync();
            }
            await guest.MustWriteAsync();
            if (error is null) await cli.MustRestoreAsync(backup.Must(), reference);
            else backup.MustFail(9, error);

            var next = await cli.BackupAsync(guest.Name, "--exclude-disk", "vdb");
            Assert.Equal(("file-system", "incremental"), (next["consistency"].GetString(), next.Reading().Mode));
            Assert.Equal([next["checkpoint"].GetString()!], await cli.OursAsync(guest, next));
            (await cli.RunAsync("vm", "release", guest.Name)).Must();
            await guest.MustBeUndisturbedAsync();
            return [error ?? "has its point", error is null ? backup.Worth() : "none", next.Summary("vda")];
        });
    }
}
