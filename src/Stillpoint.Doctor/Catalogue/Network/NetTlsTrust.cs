namespace Stillpoint.Doctor.Causes;

/// <summary>TLS cannot be set up with the storage: a certificate authority the guest does not know, a proxy that opens TLS, or no TLS 1.2.</summary>
internal sealed class NetTlsTrust() : Cause("net-tls-trust", Link.Snapshot)
{
    private static readonly LinePattern Untrusted = new(
        ["CERTIFICATE_VERIFY_FAILED", "unable to get local issuer", "HTTPS is unavailable and required", "SchUseStrongCrypto"],
        null, LogKind.Agent | LogKind.Extension | LogKind.Shell | LogKind.Windows);
    private static readonly LinePattern Clock =
        new(["not yet valid", "has expired"], null, LogKind.Agent | LogKind.Extension | LogKind.Shell | LogKind.Windows);
    private static readonly LinePattern Azure = new("ExtensionSnapshotFailedNoSecureNetwork", null, LogKind.Any);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [
            new("install-ca-debian", Applies.Debian), new("install-ca-rhel", Applies.Rhel), new("enable-tls12", Applies.Windows),
            new("exempt-from-interception"),
        ]);

    public override IReadOnlyList<LinePattern> Patterns => [Untrusted, Clock, Azure];

    public override IReadOnlyList<string> YieldsTo => ["agent-clock-skew"];

    public override Finding? Judge(CaseFile file)
    {
        if (file.Facts("guest.reach").FirstOrDefault(r => r.Fact.Value == "tls") is { Fact: { } probe } failed)
            return Finding.Certain(probe).With("address", failed.Subject);
        var untrusted = file.Hits(Untrusted);
        if (!untrusted.Any) return file.Hits(Azure) is { Any: true } azure ? Finding.Likely(azure) : null;
        // A wrong clock makes good certificates invalid; without knowing the guest's time it cannot be told.
        return file.Hits(Clock).Any ? Finding.Possible(untrusted) : Finding.Certain(untrusted);
    }
}
