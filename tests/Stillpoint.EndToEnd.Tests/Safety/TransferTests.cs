using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.EndToEnd.Tests.SafetyPage;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>What may happen to a VM while its disks are read: each has a defined end, and the next backup is good.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class TransferTests(VmSuite suite)
{
    private static readonly (string Case, string Happened, string? Error, string Next)[] All =
    [
        ("ShutDown", "shut down from inside", "vm-stopped-during-job", "incremental"),
        ("Reset", "reset", null, "incremental"),
        ("Crashed", "QEMU killed", "vm-stopped-during-job", "full"),
        ("Saved", "`managedsave` called, which libvirt refuses after 30 s", null, "incremental"),
    ];

    internal static SafetyTable Table { get; } = new(
        "transfer", "To the VM, during the transfer",
        "The backup stands after its snapshot, before the first byte is read. A job that ends without its point leaves neither its checkpoint nor libvirt's job.",
        ["what happened", "the job", "its point", "the next backup"],
        [.. All.Select(c => new SafetyTable.Row(c.Case, [c.Happened]))]);

    public static TheoryData<string> Cases => [.. All.Select(c => c.Case)];

    [Theory(Explicit = true), MemberData(nameof(Cases))]
    public Task Backup_WhenItHappensDuringTheTransfer_HasADefinedEnd(string name)
    {
        Needs.VirtualMachine();
        return SafetyFacts.CaseAsync(Table.Key, name, async () =>
        {
            var (_, _, error, mode) = All.Single(c => c.Case == name);
            var guest = await suite.RunningGuestAsync();
            using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
            var first = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();

            var reference = cli.Folder["during.raw"];
            CliResult backup;
            using (var job = await PausedJob.AtAsync("Begun", cli, "backup", guest.Name, "--exclude-disk", "vdb", "--before-release", Compared.Copy(reference)))
            {
                await HappenAsync(name, guest);
                job.GoOn();
                backup = await job.ResultAsync();
                await job.MustBeGoneAsync();
            }
            if (error is null) await cli.MustRestoreAsync(backup.Must(), reference);
            else backup.MustFail(1, error);
            // Not only once QEMU has ended: it would wait for the job, and the VM with it, 20 s and more.
            if (name == "ShutDown") Assert.Contains("shutting-down", backup["error"].ToString(), StringComparison.Ordinal);
            Assert.Equal([(error is null ? backup : first)["checkpoint"].GetString()!], await cli.OursAsync(guest, first));

            // libvirt may take the agent of a VM that was reset for the one before, and get no answer from it until libvirtd is started again.
            if (name == "Reset") await guest.Libvirt.KillAndRestartAsync();
            if (await guest.IsOffAsync()) await guest.StartAsync();
            else await guest.AnswersAsync();
            var next = await cli.BackupAsync(guest.Name, "--exclude-disk", "vdb");
            Assert.Equal(mode, next.Reading().Mode);
            Assert.Equal([next["checkpoint"].GetString()!], await cli.OursAsync(guest, next));
            (await cli.RunAsync("vm", "release", guest.Name)).Must();
            await guest.MustBeUndisturbedAsync();
            return [error ?? "has its point", error is null ? backup["consistency"].GetString()! : "none", next.Summary("vda")];
        });
    }

    private static async Task HappenAsync(string name, TestGuest guest)
    {
        switch (name)
        {
            case "ShutDown": await guest.ShutDownAsync(); break;
            case "Reset": (await guest.Libvirt.VirshAsync("reset", guest.Name)).Must(); break;
            case "Crashed": await guest.KillAsync(); break;
            case "Saved": Assert.NotEqual(0, (await guest.Libvirt.VirshAsync("managedsave", guest.Name)).ExitCode); break;
            default: throw new ArgumentException(name);
        }
    }
}
