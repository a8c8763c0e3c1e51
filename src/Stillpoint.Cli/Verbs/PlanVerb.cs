using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>The starts to come, and those there is no room for.</summary>
internal static class PlanVerb
{
    private const int DefaultHours = 24;

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var hours = call.Line.Has("hours") ? Math.Min(call.Line.Count("hours", 1), 24 * 400) : DefaultHours;
        var starts = await call.AskAsync(
            // Without a vault there is still a plan.
            c => c.Plan(call.Line.Value("vault") ?? c.Places.DefaultVault ?? "", TimeSpan.FromHours(hours)).Select(ToJson).ToList(),
            async s => [.. (await s.Plan.PlanAsync(ct, hours)).Starts.Select(ToJson)], ct);
        call.Show(() => new(starts), JsonDocuments.Shapes.PlanJson, () => Write(call, starts));
        return ExitCode.Done;
    }

    private static void Write(Invocation call, List<PlannedJson> starts)
    {
        var texts = call.Texts;
        if (starts.Count == 0)
        {
            call.Say(texts.Of("plan.nothing"));
            return;
        }
        var table = new Table(texts.Of("col.start"), texts.Of("col.vm"), texts.Of("col.policy"), texts.Of("col.kind"), texts.Of("col.expected"), texts.Of("col.room"));
        foreach (var s in starts)
        {
            table.Add(
                call.Time(s.Start), s.Vm, s.Policy, texts.Of("start-kind." + s.Kind), texts.Duration(TimeSpan.FromMinutes(s.ExpectedMinutes)),
                s.Why is { } why ? texts.Of(why == PlannedStart.Limits ? "plan.limits" : "plan.window-too-short") : texts.Of("answer.yes"));
        }
        call.World.Out.Write(table);
    }

    private static PlannedJson ToJson(PlannedStart s) => new(
        s.Vm.Name, s.Vm.Id.ToString(), s.Vm.Host, s.Vm.Policy.Name, s.Kind.ToText(), s.At.ToUniversalTime(), s.Expected.TotalMinutes,
        s.Window.Opens.ToUniversalTime(), s.Window.Closes.ToUniversalTime(), s.Fits, s.Why);

    private static PlannedJson ToJson(PlannedView s) => new(
        s.Vm, s.VmId, s.Host, s.Policy, s.Kind, s.Start, s.ExpectedMinutes, s.WindowOpens, s.WindowCloses, s.Fits, s.Why);
}
