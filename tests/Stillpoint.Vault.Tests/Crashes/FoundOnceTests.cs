using Xunit;

namespace Stillpoint.Vault.Tests.Crashes;

/// <summary>Plans that once broke a promise.</summary>
public sealed class FoundOnceTests
{
    private static readonly Step Backup = new(Operation.Backup, 308640489, false, null, null);
    private static readonly Step Collect = new(Operation.Collect, 1, false, null, null);

    /// <summary>A writer sleeps past its lease, its packs are collected, and it wakes and indexes them: the next backup of the same blocks must not rely on that.</summary>
    [Fact]
    public Task IndexOfAFencedWriter_NamesPacksThatAreGone_NobodyBuildsOnThem() =>
        EachAsync(DiskCall.Unlink, 8, FaultKind.LongStall, fault => [Backup with { Fault = fault, Meanwhile = Collect }, Backup]);

    /// <summary>A folder whose maker failed before the sync is not taken for durable.</summary>
    [Fact]
    public Task Folder_MadeButNotSynced_IsSyncedByTheNext() =>
        EachAsync(DiskCall.SyncFolder, 16, FaultKind.Fail, fault => [Backup with { Fault = fault }, Backup with { Seed = 363570462 }]);

    /// <summary>A pack whose put failed late is seen by a rebuild, and must be safe before it is indexed.</summary>
    [Fact]
    public Task Pack_SeenButNotSynced_IsSafeBeforeARebuiltIndexNamesIt() =>
        EachAsync(DiskCall.SyncFolder, 16, FaultKind.Kill, fault =>
            [Backup with { Fault = fault }, Backup with { Operation = Operation.Rebuild }, Backup, Backup with { Operation = Operation.Restore, Fault = new(FaultKind.PowerCut, DiskCall.Create, 0, true, 5) }]);

    /// <summary>The same writer's index names packs that are gone and that no point needs: a verification finds no damage in that.</summary>
    [Fact]
    public Task IndexOfAFencedWriter_NamesPacksThatAreGone_VerifyFindsNothing() =>
        EachAsync(DiskCall.SyncFile, 8, FaultKind.LongStall, fault => [Backup with { Fault = fault, Meanwhile = Collect }, Backup with { Operation = Operation.Verify }]);

    private static async Task EachAsync(DiskCall call, int most, FaultKind kind, Func<Fault, IReadOnlyList<Step>> steps)
    {
        for (var ordinal = 0; ordinal < most; ordinal++)
        {
            foreach (var after in new[] { false, true })
            {
                var plan = new CrashPlan(7, false, steps(new(kind, call, ordinal, after, ordinal)));
                Assert.True(await Shrinker.FailureOfAsync(plan) is null, $"{plan}\n{await Shrinker.FailureOfAsync(plan)}");
            }
        }
    }
}
