using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Saving;

namespace Stillpoint.Cli.Verbs;

/// <summary>The host is gone: a data folder from nothing but the vault and a secret. There is no <c>--yes</c> for a folder that holds something.</summary>
internal static class RecoverVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        if (call.Line.Value("vault") is not { } named) throw call.Line.ChooseOne("vault");
        call.Line.NotTogether("recovery-key-file", "passphrase-file");
        // It recovers into the data folder that a service works in: said before a secret is asked for.
        if (await call.ServiceAsync(Concern.Catalog, ct) is not null) _ = call.Control;
        var path = Path.GetFullPath(named);
        var secret = call.Line.Value("recovery-key-file") is { } file ? Secrets.RecoveryKey(file) : call.Secrets.OfVault(call.Line.Value("passphrase-file"), path);
        var opened = await call.OpenVaultAsync(path, secret, ct);
        var recovered = await HostRecovery.RunAsync(call.Data, opened.Vault, path, call.Line.Value("from"), call.World.Clock, ct);
        call.Show(
            () => new(
                call.Data.Path, opened.Vault.Id.ToString(), path,
                recovered.Catalog is { } c ? new(c.Owner.ToString("D"), c.Host, c.At.ToUniversalTime()) : null,
                recovered.Jobs, recovered.Points, recovered.PointsSince, recovered.Damaged.ToJson(call.Texts)),
            JsonDocuments.Shapes.RecoverJson,
            () => Write(call, path, recovered));
        return recovered.Damaged.Count > 0 ? ExitCode.VaultDamaged : ExitCode.Done;
    }

    private static void Write(Invocation call, string path, RecoveredFolder recovered)
    {
        var texts = call.Texts;
        call.Say(texts.Of("recover.done", ("data", call.Data.Path), ("path", path), ("points", $"{recovered.Points}")));
        if (recovered.Catalog is { } catalog)
        {
            call.Say(texts.Of("recover.catalog", ("host", catalog.Host), ("time", call.Time(catalog.At)), ("jobs", $"{recovered.Jobs}")));
            if (recovered.PointsSince > 0) call.Say(texts.Of("recover.since", ("count", $"{recovered.PointsSince}")));
        }
        else
        {
            call.Say(texts.Of("recover.no-catalog"));
        }
        if (recovered.Damaged.Count == 0) return;
        call.World.Error.WriteLine(texts.Of("recover.older", ("count", $"{recovered.Damaged.Count}")));
        foreach (var failure in recovered.Damaged) call.Warn(failure);
    }
}
