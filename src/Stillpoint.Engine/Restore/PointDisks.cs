using Stillpoint.Engine.Points;
using Stillpoint.Model;

namespace Stillpoint.Engine.Restore;

internal static class PointDisks
{
    /// <exception cref="FailureException">DiskNotInPoint, with the disks there are as evidence.</exception>
    public static DiskData Find(PointMetadata metadata, PointId point, string disk) =>
        metadata.Disks.FirstOrDefault(d => d.Name == disk) ?? throw new FailureException(Missing(disk, point, metadata));

    public static Failure Missing(string disk, PointId point, PointMetadata metadata)
    {
        var there = string.Join(' ', metadata.Disks.Select(d => d.Name));
        return Failure.Of(FailureCode.DiskNotInPoint, Stage.Restore, ("disk", disk), ("disks", there), ("point", point.ToString()))
            .With(new("point " + point, there));
    }
}
