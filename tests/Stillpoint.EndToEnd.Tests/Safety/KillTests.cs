using Stillpoint.EndToEnd.Tests.SafetyPage;
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
    public async Task Backup_EverybodyKilledAtAStep_HurtsNobody(string name)
    {
        Needs.VirtualMachine();
        var step = KillStep.Of(name);
        var open = step.Cases().Where(v => !SafetyFacts.IsGreen(KillStep.Table.Key, step.CaseOf(v))).ToList();
        Assert.SkipWhen(open.Count == 0, SafetyFacts.GreenBefore);
        using var world = await KillWorld.OpenAsync(await suite.RunningGuestAsync());
        foreach (var victims in open)
            await SafetyFacts.WriteAsync(KillStep.Table.Key, step.CaseOf(victims), () => CaseAsync(world, step, victims));
        await world.MustBeWholeAsync();
    }

    private static async Task<string[]> CaseAsync(KillWorld world, KillStep step, Victims victims)
    {
        var before = await world.PointsAsync();
        await world.Stalls.StartAsync();
        var end = "killed with it";
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
                end = error ?? "has its point";
            }
            await job.MustBeGoneAsync();
        }
        await world.Guest.MustWriteAsync();
        var points = await world.PointsAsync();
        Assert.Equal(before.Count + (step.Commits ? 1 : 0), points.Count);
        var next = await world.MustBeCleanAfterNextAsync();
        // Asked last: an agent whose guest was thawed by the guard alone answers nothing else before the next backup has asked it to thaw.
        var stall = await world.Stalls.WorstAsync();
        Console.WriteLine($"killed at {step.Step}: {victims}; longest stall in the guest {stall}");
        Assert.True(stall.Longest < LongestStall, $"the guest stood still for {stall} after {victims} were killed at {step.Step}");
        var consistency = step.Commits ? points[^1].GetProperty("consistency").GetString()! : "none";
        Assert.False(consistency == "file-system" && stall.GuardThawed, "the guard fired, and the point is called file-system consistent");
        return [end, step.ThawedBy(victims, stall.GuardThawed), consistency, next, stall.ToString()];
    }
}
