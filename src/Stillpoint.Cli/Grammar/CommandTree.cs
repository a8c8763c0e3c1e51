using Stillpoint.Cli.Verbs;

namespace Stillpoint.Cli.Grammar;

/// <summary>Every command there is. Help, usage errors and the tests' tables are read from here.</summary>
internal static class CommandTree
{
    public static readonly OptionSpec[] Everywhere =
    [
        new("host", "URI"), new("vault", "DIR"), new("data", "DIR"), new("passphrase-file", "FILE"), new("standalone"), new("json"),
        new("lang", "TAG", Choices: ["en", "nl", "zh-Hans", "pt-BR", "fr"]), new("yes"), new("quiet"), new("help"), new("version"),
    ];

    private static readonly ArgumentSpec Vm = new("VM"), Point = new("POINT"), Job = new("JOB"), Dir = new("DIR"), Key = new("KEY");
    private static readonly ArgumentSpec Policy = new("POLICY"), Rule = new("RULE"), Uri = new("URI");
    private static readonly OptionSpec UnderPolicy = new("policy", "POLICY");

    private static readonly OptionSpec[] PolicyOptions =
    [
        new("file", "FILE"), new("schedule", "TEXT", Repeatable: true), new("time-zone", "ZONE", "time-zone.schedule"),
        new("keep-last", "N"), new("keep-hourly", "N"), new("keep-daily", "N"), new("keep-weekly", "N"), new("keep-monthly", "N"), new("keep-yearly", "N"),
        new("retries", "N"), new("retry-after", "MINUTES"), new("objective", "HOURS"),
        new("bandwidth", "TEXT", Repeatable: true),
        new("consistency", "LEVEL", Choices: ["application", "file-system", "crash"]), new("step-down", "ANSWER", Choices: ["yes", "no"]), new("freeze-limit", "SECONDS"),
        new("guard", "RULE", Choices: ["require", "warden-alone"]), new("tracking", "MODE", Choices: ["auto", "persistent", "none"]),
        new("patience", "MINUTES"), .. ScriptOptions.All,
    ];

    private static readonly OptionSpec LatestOf = new("vm", "VM", "vm.latest");
    private static readonly OptionSpec DiskTo = new("disk", "NAME=PATH[:raw|:qcow2]", "disk.restore", Repeatable: true);
    private static readonly OptionSpec Overwrite = new("overwrite");
    private static readonly OptionSpec NewPassphrase = new("new-passphrase-file", "FILE");
    private static readonly OptionSpec Label = new("label", "TEXT");
    private static readonly OptionSpec KeyToFile = new("recovery-key-file", "FILE", "recovery-key-file.write");
    private static readonly OptionSpec KeyFromFile = new("recovery-key-file", "FILE", "recovery-key-file.read");

    public static readonly CommandSpec Root = new("stillpoint", Children:
    [
        new("host", Children:
        [
            new("list", Run: HostVerbs.ListAsync), new("check", Run: HostCheckVerb.RunAsync),
            new("add", Uri, Run: HostVerbs.AddAsync), new("remove", Uri, Run: HostVerbs.RemoveAsync),
        ]),
        new("vm", Children:
        [
            new("list", Run: VmVerbs.ListAsync), new("show", Vm, Run: VmVerbs.ShowAsync),
            new("check", Vm, [new("guard", "RULE", Choices: ["require", "warden-alone"])], VmCheckVerb.RunAsync), new("release", Vm, Run: VmReleaseVerb.RunAsync),
            new("channel", Vm,
                [
                    new("use", "CHANNEL", Choices: ["qga", "waagent"]), new("guest-address", "ADDRESS", Repeatable: true), new("fabric", "SOCKET"), new("extension", "FILE"),
                ], VmChannelVerb.RunAsync),
            new("onboard", Vm,
                [
                    new("channel", "CHANNEL", Choices: ["waagent"]), new("undo"), new("dry-run"), new("host-only"), new("filter"), new("dhcp-option"), new("print-cloud-init"),
                    new("guest-address", "ADDRESS", Repeatable: true), new("fabric", "SOCKET"), new("extension", "FILE"),
                ], VmOnboardVerb.RunAsync),
            new("protect", Vm, [UnderPolicy], ProtectVerbs.ProtectAsync), new("unprotect", Vm, Run: ProtectVerbs.UnprotectAsync),
            new("start", Vm, Run: VmPowerVerbs.StartAsync), new("shutdown", Vm, Run: VmPowerVerbs.ShutdownAsync),
        ]),
        new("network", Children:
        [
            new("endpoints", Own:
            [
                new("format", "FORMAT", "format.endpoints", Choices: ["table", "json", "nft", "iptables", "nwfilter", "powershell"]), new("snapshot", "ADDRESS:PORT"),
            ], Run: NetworkVerbs.EndpointsAsync),
        ]),
        new("policy", Children:
        [
            new("list", Run: PolicyVerbs.ListAsync), new("show", Policy, Run: PolicyVerbs.ShowAsync),
            new("add", Policy, PolicyOptions, PolicyVerbs.AddAsync),
            new("change", Policy, [.. PolicyOptions, new("if-version", "N")], PolicyVerbs.ChangeAsync), new("remove", Policy, Run: PolicyVerbs.RemoveAsync),
            new("preview", Policy, [new("vm", "VM", "vm.preview"), new("runs", "N")], PolicyPreviewVerb.RunAsync),
        ]),
        new("rule", Children:
        [
            new("list", Run: RuleVerbs.ListAsync),
            new("add", Rule, [UnderPolicy, new("match", "PATTERN"), new("metadata", "ELEMENT=VALUE"), new("only-host", "URI")], RuleVerbs.AddAsync),
            new("remove", Rule, Run: RuleVerbs.RemoveAsync),
        ]),
        new("plan", Own: [new("hours", "N")], Run: PlanVerb.RunAsync, Children:
        [
            new("settings", Own:
            [
                new("per-host", "N"), new("per-storage", "N"), new("per-vault", "N"), new("gc", "TEXT"), new("verify", "TEXT"), new("verify-minutes", "MINUTES"),
            ], Run: PlanSettingsVerb.RunAsync),
        ]),
        new("run-due", Run: RunDueVerb.RunAsync),
        new("alert", Children:
        [
            new("list", Own: [new("all", Text: "all.alert")], Run: AlertVerbs.ListAsync), new("clear", new("ALERT"), Run: AlertVerbs.ClearAsync),
            new("settings", Own:
            [
                new("command", "CMD"), new("webhook", "URL"), new("webhook-secret-file", "FILE"), new("heartbeat", "URL"), new("smtp", "HOST[:PORT]"),
                new("mail-from", "ADDRESS"), new("mail-to", "ADDRESS"),
            ], Run: AlertVerbs.SettingsAsync),
            new("test", Run: AlertVerbs.TestAsync),
        ]),
        new("backup", Vm,
        [
            new("consistency", "LEVEL", Choices: ["application", "file-system", "crash"]), new("strict"), new("freeze-limit", "SECONDS"),
            new("patience", "MINUTES"), new("despite-load"), .. ScriptOptions.All,
            new("guard", "RULE", Choices: ["require", "warden-alone"]), new("tracking", "MODE", Choices: ["auto", "persistent", "none"]),
            new("full", Text: "full.backup"), new("exclude-disk", "NAME", Repeatable: true), new("sample-share", "SHARE"), new("before-release", "CMD"),
        ], BackupVerb.RunAsync),
        new("job", Children:
        [
            new("list", Own: [new("vm", "VM"), new("limit", "N")], Run: JobVerbs.ListAsync), new("show", Job, Run: JobVerbs.ShowAsync),
            new("cancel", Job, Run: JobVerbs.CancelAsync),
        ]),
        new("point", Children:
        [
            new("list", Own: [new("vm", "VM"), new("forgotten")], Run: PointVerbs.ListAsync),
            new("show", Point, [LatestOf], PointVerbs.ShowAsync),
            new("forget", new("POINT", Many: true),
            [
                new("vm", "VM", "vm.forget"), new("keep-last", "N"), new("keep-hourly", "N"), new("keep-daily", "N"), new("keep-weekly", "N"),
                new("keep-monthly", "N"), new("keep-yearly", "N"), new("time-zone", "ZONE"), new("all", "VM", "all.forget"), new("dry-run"),
            ], ForgetVerb.RunAsync),
            new("unforget", Point, Run: ForgetVerb.UnforgetAsync),
            new("serve", Point, [LatestOf, new("socket", "PATH"), new("disk", "NAME", "disk.serve", Repeatable: true)], ServeVerb.RunAsync),
        ]),
        new("restore", Point,
        [
            LatestOf, new("as", "NAME"), new("folder", "DIR"), new("pool", "POOL"), new("format", "FORMAT", Choices: ["raw", "qcow2"]),
            new("disconnected"), new("replace"), new("keep-old"), new("start"), DiskTo, Overwrite,
        ], RestoreVerb.RunAsync),
        new("vault", Children:
        [
            new("init", Dir, [KeyToFile], VaultInitVerb.RunAsync), new("use", Dir, Run: VaultUseVerb.RunAsync),
            new("stats", Run: VaultStatsVerb.RunAsync), new("verify", Own: [new("full", Text: "full.verify"), new("sample", "PERCENT", "sample.verify"), new("max-time", "MINUTES", "max-time.verify")], Run: VaultVerifyVerb.RunAsync),
            new("gc", Own: [new("now", Text: "now.gc"), new("dry-run"), new("max-time", "MINUTES")], Run: GcVerb.RunAsync),
            new("rebuild-index", Run: RebuildIndexVerb.RunAsync),
            new("copy", Dir, [new("vm", "VM", "vm.copy", Repeatable: true), new("point", "POINT", "point.copy", Repeatable: true)], VaultCopyVerb.RunAsync),
            new("key", Children:
            [
                new("list", Run: KeyVerbs.ListAsync), new("add", Own: [NewPassphrase, Label], Run: KeyVerbs.AddAsync),
                new("change", Own: [NewPassphrase], Run: KeyVerbs.ChangeAsync), new("remove", Key, Run: KeyVerbs.RemoveAsync),
                new("export", Own: [KeyToFile, Label], Run: KeyVerbs.ExportAsync),
            ]),
        ]),
        new("doctor", Own:
        [
            new("vm", "VM", "vm.doctor"), new("repair", "LEVEL", Choices: ["safe", "all"]), new("bundle", "PATH"), new("facts", "FILE"), new("save-facts", "FILE"),
        ], Run: DoctorVerb.RunAsync, Children:
        [
            new("explain", new("TEXT"), Run: DoctorExplainVerb.RunAsync), new("causes", new("CAUSE", Optional: true), Run: DoctorCausesVerb.RunAsync),
        ]),
        new("support-bundle", Own: [new("file", "FILE", "file.support"), new("vm", "VM", "vm.support"), new("days", "N"), new("list", Text: "list.support")], Run: SupportBundleVerb.RunAsync),
        new("recover", Own: [new("from", "ID"), KeyFromFile], Run: RecoverVerb.RunAsync),
        new("rescue", Children:
        [
            new("list", Own: [KeyFromFile], Run: RescueVerbs.ListAsync),
            new("restore", Point, [LatestOf, DiskTo, Overwrite, KeyFromFile], RescueVerbs.RestoreAsync),
        ]),
    ]);
}
