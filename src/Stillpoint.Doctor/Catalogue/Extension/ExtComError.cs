using System.Text.RegularExpressions;

namespace Stillpoint.Doctor.Causes;

/// <summary>On Windows: COM+ or the transaction coordinator is broken, so the extension cannot call the shadow copy service.</summary>
internal sealed partial class ExtComError() : StatedCause("ext-com-error", Link.Extension)
{
    private static readonly LinePattern Event = new(["MS-DTC", "COMSysApp", "COM+"], EventLine(), LogKind.Windows);

    public override CauseCard Card { get; } = new(
        Worth.None,
        [new("restart-comsysapp", Applies.Windows), new("reinstall-msdtc", Applies.Windows)], NeverVerifiedOnWindows: true);

    protected override IReadOnlyList<LinePattern> Says => [Event];

    protected override LinePattern? Azure { get; } =
        new(["ExtensionSnapshotFailedCOM", "ExtensionInstallationFailedCOM", "ExtensionInstallationFailedMDTC",
            "ExtensionVCRedistInstallationFailure"]);

    [GeneratedRegex(
        "COMSysApp .*(unable to initialize|failed)|Make sure that MS-?DTC is running|" +
        @"The COM\+ System Application service (failed|terminated|hung)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EventLine();
}
