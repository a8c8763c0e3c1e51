using Xunit;

namespace Stillpoint.Doctor.Tests.Cases;

/// <summary>Every case in this folder: the cause is on top with its evidence, or, of a look-alike, is not named at all.</summary>
public sealed class CaseTests
{
    internal const int Seed = 20261121;

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(UnitCase.Folder, "*.txt", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(UnitCase.Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public void Case_InsideNormalLogs_IsSeenForWhatItIs(string name)
    {
        var unit = UnitCase.Load(name);
        Check(unit, Diagnostician.Default.Diagnose(unit.Collect(Seed)));
    }

    internal static void Check(UnitCase unit, Diagnosis diagnosis)
    {
        var found = $"{unit.Name} (seed {Seed}): {Said(diagnosis)}";
        var top = diagnosis.Causes.IsEmpty ? null : diagnosis.Causes[0];
        if (unit.Positive)
        {
            Assert.True(top?.Id == unit.Cause, found);
            Assert.False(top.Evidence.IsEmpty, found);
        }
        else
        {
            var named = diagnosis.Causes.SelectMany(c => c.Consequences.Add(c.Id)).Concat(diagnosis.Candidates);
            Assert.False(named.Contains(unit.Cause) && unit.Candidates.Length == 0, found);
        }
        if (unit.Expect == "healthy") Assert.True(diagnosis.Healthy, found);
        else if (unit.Expect is { } expect) Assert.True(top?.Id == expect, found);
        if (unit.Candidates.Length > 0) Assert.True(diagnosis.Candidates.Order().SequenceEqual(unit.Candidates.Order()), found);
        Assert.All(unit.Consequences, c => Assert.True(top is not null && top.Consequences.Contains(c), found));
    }

    [Fact]
    public void NormalLogs_OfEveryKind_AreHealthy()
    {
        var lines = (string path) => (path, Array.Empty<string>());
        for (var seed = Seed; seed < Seed + 20; seed++)
        {
            var normal = new UnitCase("normal", "", false, "healthy", [], [], [],
            [
                lines("var/log/waagent.log"), lines("var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log"), lines("var/log/syslog"),
                lines("var/log/audit/audit.log"), lines("host/libvirtd.log"), lines("var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/shell.log"),
            ]);
            var diagnosis = Diagnostician.Default.Diagnose(normal.Collect(seed));
            Assert.True(diagnosis.Healthy, $"seed {seed}: {Said(diagnosis)}");
        }
    }

    internal static string Said(Diagnosis d) =>
        string.Join("; ", d.Causes.Select(c => $"{c.Id} {c.Confidence} at {c.Stage} [{string.Join(" | ", c.Evidence.Select(e => $"{e.Source}:{e.Line} {e.Text}"))}] -> {string.Join(",", c.Consequences)}")) +
        $" candidates {string.Join(",", d.Candidates)} healthy {d.Healthy}";
}
