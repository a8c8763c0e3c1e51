using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Vault;

namespace Stillpoint.Cli.Verbs;

internal static class VaultUseVerb
{
    /// <summary>Opens the vault before it becomes the default one: a wrong path or passphrase shows now, not at night.</summary>
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var path = Path.GetFullPath(call.Line.Argument!);
        var opened = await call.OpenVaultAsync(path, call.Secrets.OfVault(call.Line.Value("passphrase-file"), path), ct);
        if (call.Control.Places.PathOf(opened.Vault.Id) is { } known && await VaultIdentity.IsTwiceAsync(opened.Vault.Id, path, known, ct))
            call.Confirm(call.Texts.Of("prompt.vault-id-twice", ("path", path), ("other", known)));
        call.Control.Places.VaultUsed(opened.Vault.Id, path);
        call.Control.Places.DefaultVault = path;
        call.Show(() => new(path), JsonDocuments.Shapes.VaultChosenJson, () => call.Say(call.Texts.Of("vault.chosen", ("path", path))));
        return ExitCode.Done;
    }
}
