using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

internal static class VaultUseVerb
{
    /// <summary>Opens the vault before it becomes the default one: a wrong path or passphrase shows now, not at night.</summary>
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var path = Path.GetFullPath(call.Line.Argument!);
        if (await call.ServiceAsync(Concern.Catalog, ct) is { } service) await ChooseAsync(call, service, path, ct);
        else await ChooseHereAsync(call, path, ct);
        call.Show(() => new(path), JsonDocuments.Shapes.VaultChosenJson, () => call.Say(call.Texts.Of("vault.chosen", ("path", path))));
        return ExitCode.Done;
    }

    /// <summary>With the service's own secret, which is the one it will have at night.</summary>
    public static async Task ChooseAsync(Invocation call, ServiceLink service, string path, CancellationToken ct)
    {
        try
        {
            await service.AskAsync(s => s.Vaults.ChooseAsync(new(path), ct));
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultIdTwice)
        {
            call.Confirm(call.Texts.Of("prompt.vault-id-twice", ("path", path), ("other", e.Failure.Arguments["other"])));
            await service.AskAsync(s => s.Vaults.ChooseAsync(new(path, AlsoIfTwice: true), ct));
        }
    }

    private static async Task ChooseHereAsync(Invocation call, string path, CancellationToken ct)
    {
        var opened = await call.OpenVaultAsync(path, call.Secrets.OfVault(call.Line.Value("passphrase-file"), path), ct);
        if (call.Control.Places.PathOf(opened.Vault.Id) is { } known && await VaultIdentity.IsTwiceAsync(opened.Vault.Id, path, known, ct))
            call.Confirm(call.Texts.Of("prompt.vault-id-twice", ("path", path), ("other", known)));
        call.Control.Places.VaultUsed(opened.Vault.Id, path);
        call.Control.Places.DefaultVault = path;
    }
}
