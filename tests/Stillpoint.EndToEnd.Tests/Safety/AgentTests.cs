using System.Text.Json.Nodes;
using Stillpoint.EndToEnd.Tests.Chain;
using Stillpoint.EndToEnd.Tests.SafetyPage;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>Whatever becomes of the agent, there is a point, it is called what it is, and the guest goes on.</summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class AgentTests(VmSuite suite)
{
    private const string Drop = "/run/systemd/system/qemu-guest-agent.service.d";

    public static TheoryData<string> Happening => [.. AgentCase.All.Where(c => c.Step.Length > 0).Select(c => c.Name)];

    [Theory(Explicit = true), MemberData(nameof(Happening))]
    public Task Backup_TheAgentFails_TakesItsPointAllTheSame(string name) => RunAsync(name, async (guest, cli, reference, wrong) =>
    {
        if (wrong.HappensInTheFreeze) await guest.DetachAsync(wrong.Script);
        using var job = await PausedJob.AtAsync(wrong.Step, cli, Arguments(guest, reference));
        // In the freeze nobody answers; that the guest writes again shows that it has happened, and that the guard did its part.
        if (wrong.HappensInTheFreeze) await guest.MustWriteAsync();
        else await HappenAsync(guest, wrong);
        job.GoOn();
        return (await job.ResultAsync()).Must();
    });

    [Fact(Explicit = true)]
    public Task Backup_FrozenBySomebodyElse_FreezesNothingAndThawsNothing() => RunAsync("FrozenByAnother", async (guest, cli, reference, _) =>
    {
        await guest.AgentAsync(new JsonObject { ["execute"] = "guest-fsfreeze-freeze" });
        var backup = (await cli.RunAsync(Arguments(guest, reference))).Must();
        Assert.Equal("frozen", (await guest.AgentAsync(new JsonObject { ["execute"] = "guest-fsfreeze-status" })).GetString());
        await guest.AgentAsync(new JsonObject { ["execute"] = "guest-fsfreeze-thaw" });
        return backup;
    });

    [Fact(Explicit = true)]
    public Task Backup_OneFileSystemFrozenByHand_SaysSo() => RunAsync("FrozenByHand", async (guest, cli, reference, _) =>
    {
        await guest.RunAsync("fsfreeze -f /data");
        return (await cli.RunAsync(Arguments(guest, reference))).Must();
    });

    [Fact(Explicit = true)]
    public Task Backup_GuestExecBlocked_HasNoGuardAndSoNoFreeze() => RunAsync("ExecBlocked", async (guest, cli, reference, _) =>
    {
        // Taken back by a program that is told so by a file: writing one is not blocked.
        await guest.DetachAsync($"""
            echo $$ > /sys/fs/cgroup/cgroup.procs
            mkdir -p {Drop}
            printf '[Service]\nExecStart=\nExecStart=/usr/sbin/qemu-ga --blacklist=guest-exec,guest-exec-status\n' > {Drop}/blocked.conf
            systemctl daemon-reload; systemctl restart qemu-guest-agent
            until [ -e /run/unblock ]; do sleep 0.5; done
            rm -r {Drop} /run/unblock; systemctl daemon-reload; systemctl restart qemu-guest-agent
            """);
        await Eventually.IsAsync("guest-exec is blocked", async () => await AnswerAsync(guest, "guest-exec-status") is { } said && said.Contains("disabled", StringComparison.Ordinal));
        try
        {
            return (await cli.RunAsync(Arguments(guest, reference))).Must();
        }
        finally
        {
            var opened = await guest.AgentAsync(new JsonObject { ["execute"] = "guest-file-open", ["arguments"] = new JsonObject { ["path"] = "/run/unblock", ["mode"] = "w" } });
            await guest.AgentAsync(new JsonObject { ["execute"] = "guest-file-close", ["arguments"] = new JsonObject { ["handle"] = opened.GetInt64() } });
            await Eventually.IsAsync("guest-exec works", async () => await AnswerAsync(guest, "guest-exec-status") is not { } said || !said.Contains("disabled", StringComparison.Ordinal));
        }
    });

    private Task RunAsync(string name, Func<TestGuest, StillpointCli, string, AgentCase, Task<CliResult>> run)
    {
        Needs.VirtualMachine();
        return SafetyFacts.CaseAsync(AgentCase.Table.Key, name, async () =>
        {
            var wrong = AgentCase.All.Single(c => c.Name == name);
            var guest = await suite.RunningGuestAsync();
            using var cli = await StillpointCli.WithVaultAsync(guest.Libvirt);
            var reference = cli.Folder["reference.raw"];
            var backup = await run(guest, cli, reference, wrong);
            await guest.MustWriteAsync();
            await cli.MustRestoreAsync(backup, reference);
            if (wrong.Reasons.Length == 0) Assert.Equal("file-system", backup["consistency"].GetString());
            else Assert.Contains(backup["reason"].GetProperty("code").GetString(), wrong.Reasons);

            // libvirt may not see an agent that was started again ("disappeared while executing command", and its channel is connected) until libvirtd is.
            if (wrong.IsStartedAgain) await guest.Libvirt.KillAndRestartAsync();
            await guest.AnswersAsync();
            var next = (await cli.RunAsync("backup", guest.Name, "--exclude-disk", "vdb")).Must();
            Assert.Equal("file-system", next["consistency"].GetString());
            Assert.Equal([next["checkpoint"].GetString()!], await cli.OursAsync(guest, next));
            (await cli.RunAsync("vm", "release", guest.Name)).Must();
            await guest.MustBeUndisturbedAsync();
            return [backup.Worth(), backup.FrozenFor(), next.Summary("vda")];
        });
    }

    private static string[] Arguments(TestGuest guest, string reference) => ["backup", guest.Name, "--exclude-disk", "vdb", "--before-release", Compared.Copy(reference)];

    /// <summary>Returns once it has happened: a killed agent is back as another process (after the thaw: or gone), another one is silent.</summary>
    private static async Task HappenAsync(TestGuest guest, AgentCase wrong)
    {
        var before = await guest.RunAsync("pidof qemu-ga");
        await guest.DetachAsync(wrong.Script);
        await Eventually.IsAsync("it has happened", async () =>
        {
            if (!wrong.Act.StartsWith("kill -9", StringComparison.Ordinal)) return await AnswerAsync(guest, "guest-ping") is not null;
            try
            {
                return await guest.RunAsync("pidof qemu-ga") != before;
            }
            catch (InvalidOperationException)
            {
                // libvirt may not see the new one. Before the freeze the backup needs it; after the thaw it is enough that the old one is gone.
                return wrong.IsAfterTheThaw;
            }
        });
    }

    /// <summary>Null: it did what it was asked to; else libvirt's words.</summary>
    private static async Task<string?> AnswerAsync(TestGuest guest, string command)
    {
        var answer = await guest.Libvirt.VirshAsync("qemu-agent-command", guest.Name, "--timeout", "3", $$"""{"execute":"{{command}}"}""");
        return answer.ExitCode == 0 ? null : answer.Error;
    }
}
