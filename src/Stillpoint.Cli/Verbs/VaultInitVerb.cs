using System.Text;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
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
        var service = await call.ServiceAsync(Concern.Catalog, ct);
        // The catalog too: once the vault is made, nothing may stand between it and the showing of its key.
        var places = service is null ? call.Control.Places : null;
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
        places?.VaultUsed(made.Id, path);
        if (places is not null) places.DefaultVault = path;
        // A person sees the key first: the service may take its time, or have no secret for the vault yet. `vault use` chooses it later.
        var notChosen = call.Json ? await ChooseAsync(call, service, path, ct) : null;
        call.Show(
            () => new(made.Id.ToString(), path, settings.BlockSize, keyFile is null ? made.RecoveryKey : null, notChosen?.ToJson(call.Texts)),
            JsonDocuments.Shapes.VaultMadeJson, () =>
            {
                call.Say(call.Texts.Of("vault.made", ("path", path)));
                KeyVerbs.ShowRecoveryKey(call, made.RecoveryKey, keyFile);
            });
        if (!call.Json && (notChosen = await ChooseAsync(call, service, path, ct)) is not null) call.Warn(notChosen);
        return notChosen is null ? ExitCode.Done : ExitCode.LessThanWanted;
    }

    /// <returns>Why the service does not use it from now on; null: it does, or there is no service.</returns>
    private static async Task<Failure?> ChooseAsync(Invocation call, ServiceLink? service, string path, CancellationToken ct)
    {
        try
        {
            if (service is not null) await VaultUseVerb.ChooseAsync(call, service, path, ct);
            return null;
        }
        catch (FailureException e)
        {
            return e.Failure;
        }
    }
}
