using System.Globalization;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control;
using Stillpoint.Control.Support;

namespace Stillpoint.Cli.Verbs;

/// <summary>What somebody else needs to find out what is wrong here, in one file, without secrets. It says what is in it before the file is there.</summary>
internal static class SupportBundleVerb
{
    private const string UsualSecretFile = "/etc/stillpoint/passphrase";

    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var days = call.Line.Has("days") ? call.Line.Count("days", 1) : SupportOrder.DefaultDays;
        if (days > SupportOrder.MostDays) throw CommandLine.Invalid("days", call.Line.Value("days")!, $"1-{SupportOrder.MostDays}");
        var now = call.World.Clock.GetUtcNow();
        var path = call.Line.Has("list") ? null
            : Path.GetFullPath(call.Line.Value("file") ?? string.Create(CultureInfo.InvariantCulture, $"stillpoint-support-{now:yyyyMMdd-HHmmss}.tar.gz"));
        // Before anything is gathered: where it cannot be written shows now.
        using var file = path is null ? null : NewSecretFile.Create(path);
        try
        {
            var bundle = await call.ServiceAsync(Concern.Host | Concern.Vault, ct) is { } service
                ? await service.AskAsync(s => s.Support.CollectAsync(new(call.Line.Value("vm"), days), ct))
                : SupportBundle.Write(await HereAsync(call, days, ct), now);
            var entries = SupportBundle.Read(bundle, path ?? "");
            if (!call.Json) List(call, entries);
            file?.Write(bundle);
            call.Show(
                () => new(path, bundle.Length, [.. entries.Select(e => new SupportEntryJson(e.Name, e.Content.Length, call.Texts.Of("support-part." + PartOf(e))))]),
                JsonDocuments.Shapes.SupportBundleJson, () =>
                {
                    if (path is not null) call.Say(call.Texts.Of("support.written", ("path", path), ("bytes", $"{bundle.Length}")));
                });
            return ExitCode.Done;
        }
        catch
        {
            file?.Abandon();
            throw;
        }
    }

    private static async Task<IReadOnlyList<SupportEntry>> HereAsync(Invocation call, int days, CancellationToken ct)
    {
        var (control, line) = (call.Control, call.Line);
        var vault = line.Value("vault") is { } named ? Path.GetFullPath(named) : control.Places.DefaultVault;
        using var secret = vault is null ? null : call.Secrets.OfVaultUnasked(line.Value("passphrase-file"));
        var order = new SupportOrder(line.Value("vm"), days)
        {
            Version = CliProgram.Version, Configuration = SupportConfiguration.OfFile(SupportConfiguration.DefaultPath),
            SecretFiles = [SecretFile.Find(line.Value("passphrase-file"), call.World.Variable).File ?? UsualSecretFile, UsualSecretFile],
        };
        return await new SupportCollector(control, token => call.World.Connect(call.HostUri, token), vault, secret, call.World.Clock).CollectAsync(order, ct);
    }

    private static void List(Invocation call, IReadOnlyList<SupportEntry> entries)
    {
        var table = new Table(call.Texts.Of("col.file"), call.Texts.Of("col.size"), call.Texts.Of("col.content"));
        foreach (var e in entries) table.Add(e.Name, call.Texts.Size(e.Content.Length), call.Texts.Of("support-part." + PartOf(e)));
        call.World.Out.Write(table);
        call.Say(call.Texts.Of("support.no-secrets"));
    }

    private static string PartOf(SupportEntry entry) => entry.Name.Split('/', '.')[0];
}
