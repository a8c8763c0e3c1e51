using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Capture;

/// <summary>
/// Looks at the VM before anything touches it: what would make the job fail is said at once, and every observation becomes a fact for the
/// diagnosis of what goes wrong later. A silent agent is no failure here; what it means for the point is the channel's to decide.
/// </summary>
internal sealed class Preflight(IDomain domain, DomainConfig config, string scratchFolder, TimeProvider clock) : IFactSource
{
    /// <summary>With less, the first seconds of a busy guest fill it.</summary>
    private const long LeastScratch = 8L << 20;

    private static readonly TimeSpan AgentBound = TimeSpan.FromSeconds(3);

    public string Name => "preflight";

    /// <exception cref="FailureException">VmBusyWithOtherJob, VmPausedByHost, ScratchSpaceLow, ScratchUnusable.</exception>
    public async Task<IReadOnlyList<Fact>> RunAsync(CancellationToken ct)
    {
        var facts = new List<Fact>();
        await foreach (var fact in CollectAsync(ct)) facts.Add(fact);
        string? Value(string name) => facts.Find(f => f.Name == name)?.Value;
        if (Value("domain.job") is { } operation)
            throw Failed(FailureCode.VmBusyWithOtherJob, facts, ("vm", domain.Name), ("operation", operation));
        if (Value("domain.paused-by-io-error") == "true") throw Failed(FailureCode.VmPausedByHost, facts, ("vm", domain.Name));
        if (long.Parse(Value("scratch.free-bytes")!, CultureInfo.InvariantCulture) < LeastScratch)
            throw Failed(FailureCode.ScratchSpaceLow, facts, ("path", scratchFolder));
        if (QemuUser.Find(domain.Id) is { } user && await user.ReachesAsync(scratchFolder, clock, ct) is { } closed) throw new FailureException(closed);
        return facts;
    }

    public async IAsyncEnumerable<Fact> CollectAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var state = await domain.GetStateAsync(ct);
        yield return Fact("domain.power", state.Power.ToText(), "virDomainGetState");
        yield return Fact("domain.paused-by-io-error", state.PausedByIoError ? "true" : "false", "virDomainGetState");
        if (await domain.GetJobAsync(ct) is { } job) yield return Fact("domain.job", job.Operation, "virDomainGetJobStats");
        yield return Fact("scratch.free-bytes", Number(new DriveInfo(scratchFolder).AvailableFreeSpace), scratchFolder);
        yield return Fact("host.load", (await File.ReadAllTextAsync("/proc/loadavg", ct)).Trim(), "/proc/loadavg");
        yield return Fact("agent.channel", config.HasAgentChannel ? "configured" : "missing", "domain XML");
        if (config.AgentConnected is { } connected) yield return Fact("agent.connected", connected ? "true" : "false", "domain XML");
        if (!config.HasAgentChannel) yield break;
        // Asked first: of all questions the only one that is answered while the guest is frozen.
        if (await AskAsync("guest-fsfreeze-status", ct) is not { } frozen)
        {
            yield return Fact("agent.answers", "false", "guest-fsfreeze-status");
            yield break;
        }
        yield return Fact("agent.answers", "true", "guest-fsfreeze-status");
        if (frozen.ValueKind is JsonValueKind.String) yield return Fact("guest.fsfreeze", frozen.GetString()!, "guest-fsfreeze-status");
        var asked = clock.GetUtcNow();
        if (await AskAsync("guest-get-time", ct) is { ValueKind: JsonValueKind.Number } time && time.TryGetInt64(out var nanoseconds))
            yield return Fact("guest.clock-offset-ms", Number((nanoseconds / 1_000_000) - asked.ToUnixTimeMilliseconds()), "guest-get-time");
    }

    private async Task<JsonElement?> AskAsync(string command, CancellationToken ct)
    {
        try
        {
            using var reply = JsonDocument.Parse(await domain.AgentCommandAsync($$"""{"execute":"{{command}}"}""", AgentBound, ct));
            return reply.RootElement.TryGetProperty("return", out var value) ? value.Clone() : null;
        }
        catch (FailureException)
        {
            return null;
        }
    }

    private FailureException Failed(FailureCode code, IReadOnlyList<Fact> facts, params ReadOnlySpan<(string, string)> arguments) => new(
        Failure.Of(code, Stage.Preflight, arguments) with { Evidence = [.. facts.Select(f => new Evidence(f.Source, $"{f.Name} = {f.Value}", f.Time))], Retryable = true });

    private Fact Fact(string name, string value, string source) => new(name, value, source, clock.GetUtcNow());

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
