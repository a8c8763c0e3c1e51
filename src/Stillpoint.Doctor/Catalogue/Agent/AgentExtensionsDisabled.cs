using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>The agent is told to leave extensions alone.</summary>
internal sealed partial class AgentExtensionsDisabled() : Cause("agent-extensions-disabled", Link.Package)
{
    private static readonly LinePattern Setting = new("Extensions.Enabled", SettingLine(), LogKind.Config);
    private static readonly LinePattern Said = new("extension processing is disabled", null, LogKind.Agent);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("set-extensions-enabled", Applies.Waagent), new("restart-agent", Applies.Waagent)]);

    public override IReadOnlyList<LinePattern> Patterns => [Setting, Said];

    public override Finding? Judge(CaseFile file)
    {
        if (file.FactIs("guest.config:Extensions.Enabled", "n") is { } fact)
            return Finding.Certain(fact).With("path", "/etc/waagent.conf").AsLasting();
        var (setting, said) = (file.Hits(Setting), file.Hits(Said));
        return setting.Any || said.Any ? Finding.Certain(setting, said).With("path", "/etc/waagent.conf").AsLasting() : null;
    }

    [GeneratedRegex(@"^\s*Extensions\.Enabled\s*=\s*n", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex SettingLine();
}
