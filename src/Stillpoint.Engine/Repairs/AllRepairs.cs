namespace Stillpoint.Engine.Repairs;

/// <summary>Every repair there is. A cause's card may name no other.</summary>
public static class AllRepairs
{
    private static readonly RepairAction[] Actions =
        [new ThawRepair(), new RemoveBitmapsRepair(), new EndStaleJobsRepair(), new HotplugChannelRepair(), new SetClockRepair()];

    public static IReadOnlyList<string> Ids { get; } = [.. Actions.Select(a => a.Id)];

    internal static RepairAction? Find(string id) => Actions.FirstOrDefault(a => a.Id == id);
}
