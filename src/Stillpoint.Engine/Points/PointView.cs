using Stillpoint.Model;
using Stillpoint.Vault;

namespace Stillpoint.Engine.Points;

/// <summary>Turns a vault's point into the recovery point people see.</summary>
public static class PointView
{
    public static RecoveryPoint ToRecoveryPoint(this PointInfo info)
    {
        var m = PointMetadata.Read(info.Metadata);
        return new(
            info.Id, new(Guid.Parse(m.VmId)), m.VmName, m.Taken, (Consistency)info.Rank, m.Reason?.ToFailure(),
            m.FrozenMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            m.Checkpoint,
            [.. m.Disks.Select(d => new PointDisk(d.Name, d.Format, d.SizeBytes, Parse<ReadMode>(d.Mode), d.BytesRead, d.BytesChanged))],
            [.. m.LeftOut.Select(l => new LeftOut(l.Name, l.Kind, l.Reason.ToFailure()))],
            info.BytesStored);
    }

    public static FailureData ToData(this Failure failure) => new(failure.Code.ToText(), failure.Stage.ToText(), failure.Arguments);

    public static Failure ToFailure(this FailureData data) =>
        new(Parse<FailureCode>(data.Code), Parse<Stage>(data.Stage), data.Arguments, []);

    /// <summary>Kebab case back to the enum's name.</summary>
    private static T Parse<T>(string text) where T : struct, Enum => Enum.Parse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
}
