using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent's settings forbid a command that a backup needs.</summary>
internal sealed partial class KvmAgentRpcBlocked() : StatedCause("kvm-agent-rpc-blocked", Link.Freeze)
{
    private static readonly LinePattern Blocked = new("has been disabled", BlockedLine(), LogKind.Host);
    private static readonly LinePattern Setting =
        new(["BLOCK_RPCS", "BLACKLIST_RPC", "block-rpcs", "blacklist"], SettingLine(), LogKind.Config | LogKind.Host);

    public override CauseCard Card { get; } = new(
        Worth.Crash,
        [new("allow-agent-commands-rhel", Applies.Rhel), new("allow-agent-commands-debian", Applies.Debian)]);

    protected override IReadOnlyList<LinePattern> Says => [Blocked, Setting];

    protected override IReadOnlyList<string> Failures => ["agent-command-blocked"];

    /// <summary>Without guest-exec there is no guard, and without a guard no freeze.</summary>
    public override Finding? Judge(CaseFile file) =>
        file.Facts("agent.command").FirstOrDefault(c => c.Fact.Value == "disabled") is { Fact: { } disabled } refused
            ? Finding.Certain(disabled, file.Hits(Setting)).With("command", refused.Subject).AsLasting()
            :
        Signs.Failed(file, "guard-not-possible") is { } guard
            && (file.Value("reason.argument:command") ?? file.Value("failure.argument:command")) is { } command
            && command.StartsWith("guest-", StringComparison.Ordinal)
            ? Finding.Certain(guard, file.Hits(Setting)).With("command", command) : base.Judge(file);

    [GeneratedRegex(
        @"(The command |Command )(?<command>guest-(fsfreeze-\w+|exec[\w-]*)) has been disabled( for this instance)?(?!.*" +
        "frozen state)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BlockedLine();

    [GeneratedRegex(
        @"^\s*(BLOCK_RPCS|BLACKLIST_RPC|block-rpcs|blacklist)\s*=.*(?<command>guest-(fsfreeze-freeze|exec))\b",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SettingLine();
}
