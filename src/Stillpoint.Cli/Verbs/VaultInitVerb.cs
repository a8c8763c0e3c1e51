using System.Text;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Verbs;

internal static class VaultInitVerb
{
    public static async Task<int> RunAsync(Invocation call, CancellationToken ct)
    {
        var path = Path.GetFullPath(call.Line.Argument!);
        var keyFile = call.Line.Value("recovery-key-file") is { } file ? Path.GetFullPath(file) : null;
        // The catalog too: once the vault is made, nothing may stand between it and the showing of its key.
        var places = call.Control.Places;
        // Before the vault is made: a key that could not be kept would be lost with it.
        using var keeping = keyFile is null ? null : NewSecretFile.Create(keyFile);
        using var passphrase = call.Secrets.NewPassphrase(call.Line.Value("passphrase-file"), orEnvironment: true);
        var settings = new VaultSettings();
        NewVault made;
        try
        {
            made = await VaultInit.CreateAsync(new FolderStore(path), settings, passphrase, call.World.Clock, ct);
        }
        catch (FailureException)
        {
            keeping?.Abandon();
            throw;
        }
        keeping?.Write(Encoding.UTF8.GetBytes(made.RecoveryKey + "\n"));
        await VaultGc.MakeReserveAsync(new FolderStore(path), ct);
        places.VaultUsed(made.Id, path);
        places.DefaultVault = path;
        call.Show(
            () => new(made.Id.ToString(), path, settings.BlockSize, keyFile is null ? made.RecoveryKey : null), JsonDocuments.Shapes.VaultMadeJson, () =>
            {
                call.Say(call.Texts.Of("vault.made", ("path", path)));
                KeyVerbs.ShowRecoveryKey(call, made.RecoveryKey, keyFile);
            });
        return ExitCode.Done;
    }
}
