using System.Globalization;
using Stillpoint.Engine.Capture;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>
/// Everything that can be killed is killed at every step of a real backup, alone and together. After each: the guest writes, nothing of ours is left
/// once the next backup has begun, that backup is good, and every point of the vault is whole.
/// </summary>
[Collection(nameof(VmSuite)), Trait("Needs", Needs.Vm), Trait("Area", "capture")]
public sealed class KillTests(VmSuite suite)
{
    /// <summary>The default freeze limit and, since other work may keep a loaded machine from running the guest at all, as much again and more. A guest
    /// that nobody thaws waits for ever.</summary>
    private static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(40);

    public static TheoryData<string, Victims> Few => new()
    {
        { "Beginning", Victims.Worker | Victims.Control | Victims.Warden },
        { "BeginReturned", Victims.Worker },
        { "Transferred", Victims.Warden },
        { "Committed", Victims.Worker | Victims.Warden },
    };

    public static TheoryData<string> Steps => [.. KillStep.All.Select(s => s.Step)];

    [Fact]
    public void Steps_OfThePipeline_HaveACaseEach() =>
        Assert.Equal(Enum.GetNames<CaptureStep>(), KillStep.All.Select(s => s.Step));

    [Theory, MemberData(nameof(Few))]
    public async Task Backup_SomebodyKilledAtAStep_HurtsNobody(string step, Victims victims)
    {
        Needs.VirtualMachine();
        using var world = await KillWorld.OpenAsync(await suite.RunningGuestAsync());
        await CaseAsync(world, KillStep.Of(step), victims);
        await world.MustBeWholeAsync();
    }

    [Theory(Explicit = true), MemberData(nameof(Steps))]
    public async Task Backup_EverybodyKilledAtAStep_HurtsNobody(string step)
    {
        Needs.VirtualMachine();
        using var world = await KillWorld.OpenAsync(await suite.RunningGuestAsync());
        foreach (var victims in KillStep.Everybody.Where(v => KillStep.Of(step).HasWarden || !v.HasFlag(Victims.Warden)))
            await CaseAsync(world, KillStep.Of(step), victims);
        await world.MustBeWholeAsync();
    }

    private static async Task CaseAsync(KillWorld world, KillStep step, Victims victims)
    {
        var before = await world.PointsAsync();
        await world.Stalls.StartAsync();
        using (var job = await world.PausedAsync(step.Step))
        {
            await job.KillAsync(victims);
            if (step.MustGoOn(victims)) job.GoOn();
            var ended = await job.EndAsync();
            if (!victims.HasFlag(Victims.Control))
            {
                var (exitCode, error) = step.EndOf(victims);
                var told = ended.Out.Length > 0 ? StillpointCli.Read(ended) : null;
                if (error is null) told!.Must();
                else told!.MustFail(exitCode, error);
            }
            await job.MustBeGoneAsync();
        }
        await world.Guest.MustWriteAsync();
        var points = await world.PointsAsync();
        Assert.Equal(before.Count + (step.Commits ? 1 : 0), points.Count);
        await world.MustBeCleanAfterNextAsync();
        // Asked last: an agent whose guest was thawed by the guard alone answers nothing else before the next backup has asked it to thaw.
        var stall = await world.Stalls.WorstAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"killed at {step.Step}: {victims}; longest stall in the guest {stall.TotalSeconds:0.0} s"));
        Assert.True(stall < LongestStall, $"the guest stood still for {stall} after {victims} were killed at {step.Step}");
    }
}
