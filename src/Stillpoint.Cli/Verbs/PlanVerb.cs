using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Planning;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

/// <summary>The starts to come, and those there is no room for.</summary>
internal static class PlanVerb
{
    private const int DefaultHours = 24;

    public static Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var hours = call.Line.Has("hours") ? Math.Min(call.Line.Count("hours", 1), 24 * 400) : DefaultHours;
        // Without a vault there is still a plan.
        var vault = call.Line.Value("vault") ?? call.Control.Places.DefaultVault ?? "";
        var starts = call.Control.Plan(vault, TimeSpan.FromHours(hours));
        call.Show(() => new([.. starts.Select(ToJson)]), JsonDocuments.Shapes.PlanJson, () => Write(call, starts));
        return Task.FromResult(ExitCode.Done);
    }

    private static void Write(Invocation call, IReadOnlyList<PlannedStart> starts)
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
                call.Time(s.At), s.Vm.Name, s.Vm.Policy.Name, texts.Of("start-kind." + s.Kind.ToText()), texts.Duration(s.Expected),
                Why(s) is { } why ? texts.Of(why == "limits" ? "plan.limits" : "plan.window-too-short") : texts.Of("answer.yes"));
        }
        call.World.Out.Write(table);
    }

    private static string? Why(PlannedStart start) => start.Fits ? null : start.Expected > start.Window.Closes - start.Window.Opens ? "window-too-short" : "limits";

    private static PlannedJson ToJson(PlannedStart s) => new(
        s.Vm.Name, s.Vm.Id.ToString(), s.Vm.Host, s.Vm.Policy.Name, s.Kind.ToText(), s.At.ToUniversalTime(), s.Expected.TotalMinutes,
        s.Window.Opens.ToUniversalTime(), s.Window.Closes.ToUniversalTime(), s.Fits, Why(s));
}
