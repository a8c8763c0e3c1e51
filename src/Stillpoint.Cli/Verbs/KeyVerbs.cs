using System.Text;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Model;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Verbs;

/// <summary>
/// The secrets that open a vault. None of this rewrites data. Done by the command, also where a service works: of that it asks only which vault it has, so
/// that no secret travels.
/// </summary>
internal static class KeyVerbs
{
    /// <summary>Needs no passphrase.</summary>
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var keys = await VaultKeys.ListAsync(new FolderStore(await call.VaultPathAsync(ct)), ct);
        call.Show(() => new([.. keys.Select(ToJson)]), JsonDocuments.Shapes.KeysJson, () =>
        {
            var texts = call.Texts;
            var table = new Table(texts.Of("col.key"), texts.Of("col.kind"), texts.Of("col.created"), texts.Of("col.label"));
            foreach (var key in keys)
                table.Add(key.Id, texts.Of(key.IsRecoveryKey ? "key.recovery-key" : "key.passphrase"), call.Time(key.Created), key.Label);
            call.World.Out.Write(table);
        });
        return ExitCode.Done;
    }

    public static async Task<int> AddAsync(Invocation call, CancellationToken ct)
    {
        var path = await call.VaultPathAsync(ct);
        var store = new FolderStore(path);
        using var current = call.SecretOf(path);
        using var passphrase = call.Secrets.NewPassphrase(call.Line.Value("new-passphrase-file"), orEnvironment: false);
        var key = await VaultKeys.AddPassphraseAsync(store, current, passphrase, LabelOf(call), call.World.Clock, ct);
        call.Show(() => ToJson(key), JsonDocuments.Shapes.KeyJson, () => call.Say(call.Texts.Of("key.added")));
        return ExitCode.Done;
    }

    public static async Task<int> ChangeAsync(Invocation call, CancellationToken ct)
    {
        var path = await call.VaultPathAsync(ct);
        var store = new FolderStore(path);
        // Only a passphrase can be changed: a recovery key is replaced by exporting a new one and removing the old.
        using var secret = call.SecretOf(path);
        if (secret is not Passphrase current) throw new FailureException(FailureCode.VaultWrongPassphrase, Stage.Input);
        using var passphrase = call.Secrets.NewPassphrase(call.Line.Value("new-passphrase-file"), orEnvironment: false);
        var key = await VaultKeys.ChangePassphraseAsync(store, current, passphrase, call.World.Clock, ct);
        await ToldAsync(call, path, key, "key.changed", ct);
        return ExitCode.Done;
    }

    public static async Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var path = await call.VaultPathAsync(ct);
        var store = new FolderStore(path);
        using var current = call.SecretOf(path);
        var key = VaultKeys.Find(await VaultKeys.ListAsync(store, ct), call.Line.Argument!);
        call.Confirm(call.Texts.Of("prompt.remove-key", ("key", key.Label.Length > 0 ? $"{key.Label} ({key.Id})" : key.Id)));
        await VaultKeys.RemoveAsync(store, current, key.Id, call.World.Clock, ct);
        await ToldAsync(call, path, key, "key.removed", ct);
        return ExitCode.Done;
    }

    /// <summary>Makes one more recovery key: no vault keeps the text of an old one.</summary>
    public static async Task<int> ExportAsync(Invocation call, CancellationToken ct)
    {
        var path = await call.VaultPathAsync(ct);
        var store = new FolderStore(path);
        using var current = call.SecretOf(path);
        var file = call.Line.Value("recovery-key-file") is { } named ? Path.GetFullPath(named) : null;
        using var keeping = file is null ? null : NewSecretFile.Create(file);
        string key;
        try
        {
            key = await VaultKeys.ExportRecoveryKeyAsync(store, current, LabelOf(call), call.World.Clock, ct);
        }
        catch (FailureException)
        {
            keeping?.Abandon();
            throw;
        }
        keeping?.Write(Encoding.UTF8.GetBytes(key + "\n"));
        call.Show(() => new(file is null ? key : null), JsonDocuments.Shapes.RecoveryKeyJson, () => ShowRecoveryKey(call, key, file));
        return ExitCode.Done;
    }

    public static void ShowRecoveryKey(Invocation call, string key, string? file)
    {
        if (file is not null)
        {
            call.Say(call.Texts.Of("vault.recovery-key-written", ("path", file)));
            return;
        }
        call.Say(call.Texts.Labelled(call.Texts.Of("label.recovery-key"), key));
        call.Say(call.Texts.Of("vault.keep-recovery-key"));
    }

    /// <summary>A service that opened the vault with the secret that is no more goes on for now, and would not open it again.</summary>
    private static async Task ToldAsync(Invocation call, string path, KeyInfo key, string text, CancellationToken ct)
    {
        Failure? outdated = null;
        try
        {
            if (await call.ServiceAsync(Concern.Catalog, ct) is { } service && await service.HasVaultAsync(path, ct)) await service.AskAsync(s => s.Vaults.TryAsync(ct));
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.VaultWrongPassphrase)
        {
            outdated = Failure.Of(FailureCode.ServiceSecretOutdated, Stage.Input, ("path", path));
        }
        call.Show(
            () => ToJson(key) with { Warnings = outdated is null ? [] : new[] { outdated }.ToJson(call.Texts) }, JsonDocuments.Shapes.KeyJson, () => call.Say(call.Texts.Of(text)));
        if (outdated is not null) call.Warn(outdated);
    }

    /// <exception cref="FailureException">UsageInvalid: longer than a label may be.</exception>
    private static string LabelOf(Invocation call)
    {
        var label = call.Line.Value("label")?.Trim() ?? "";
        return label.Length <= 100 ? label : throw Grammar.CommandLine.Invalid("label", label, "1-100");
    }

    private static KeyJson ToJson(KeyInfo key) => new(key.Id, key.IsRecoveryKey ? "recovery-key" : "passphrase", key.Label, key.Created);
}
