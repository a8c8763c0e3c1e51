namespace Stillpoint.Doctor.Causes;

/// <summary>The key to the data cannot be had: no right to it, expired, or the wrong one.</summary>
internal sealed class StoreKeyAccess() : StatedCause("store-key-access", Link.Vault)
{
    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("grant-key-access", Applies.Azure), new("renew-key", Applies.Azure), new("check-vault-key", Applies.Stillpoint)]);

    protected override IReadOnlyList<string> Failures => ["vault-wrong-passphrase", "vault-key-not-found"];

    protected override LinePattern? Azure { get; } = new(["UserErrorKeyvaultPermissionsNotConfigured"]);

    public override Finding? Judge(CaseFile file) => file.FactIs("vault.state", "wrong-key") is { } state
        ? Finding.Certain(state)
        : base.Judge(file);
}
