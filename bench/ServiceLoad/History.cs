using Stillpoint.Control;
using Stillpoint.Control.Catalog;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Bench.ServiceLoad;

/// <summary>The catalog: backups night after night, one in fifty failed; all VMs under a policy that starts none now.</summary>
internal static class History
{
    public static void Write(string folder, string vault, Size size, DateTimeOffset now)
    {
        var data = new DataFolder(folder);
        data.Ensure();
        using var database = CatalogDatabase.Open(data, TimeProvider.System);
        var policies = new PolicyTable(database, TimeProvider.System);
        policies.Add(new("kept"));
        // Nothing is due: what is measured is the service at rest.
        new SettingTable(database).Scheduler = new() { Gc = null, Verify = null };
        var protection = new ProtectionTable(database, TimeProvider.System);
        database.InTransaction(() =>
        {
            for (var vm = 0; vm < size.Vms; vm++) protection.Protect(new(Site.IdOf(vm)), Site.NameOf(vm), HostUri.Default.Text, "/nowhere", "kept", null);
        });
        var jobs = new JobTable(database);
        var nights = size.Jobs / size.Vms;
        for (var night = 0; night < nights; night++)
            database.InTransaction(() =>
            {
                for (var vm = 0; vm < size.Vms; vm++) Add(jobs, vault, vm, now.AddDays(night - nights + 1).AddHours(-2).AddSeconds(vm));
            });
    }

    private static void Add(JobTable jobs, string vault, int vm, DateTimeOffset at)
    {
        var id = new JobId(Ulid.At(at));
        var of = new VmId(Site.IdOf(vm));
        jobs.Add(new(id, JobKind.Backup, JobState.Running, of, Site.NameOf(vm), HostUri.Default.Text, vault, null, at, null, 0, 0, null, $"vm-{of}", 1));
        jobs.SubTaskStarted(id, SubTask.TakeSnapshot, at);
        var failure = (vm + at.Day) % 50 == 0 ? Failure.Of(FailureCode.AgentNotResponding, Stage.Freeze, ("vm", Site.NameOf(vm))) : null;
        jobs.SubTaskFinished(id, SubTask.TakeSnapshot, at.AddSeconds(4), failure);
        jobs.End(id, failure is null ? JobState.Completed : JobState.Failed, at.AddSeconds(90), null, 400L << 20, 90L << 20, failure);
    }
}
