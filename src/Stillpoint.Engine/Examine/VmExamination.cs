using System.Globalization;
using Stillpoint.Engine.Capture;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>
/// Looks at a VM as it is now: domain, agent, disks, the guest from inside over its agent, or else from its newest recovery point, and the vault. Changes
/// nothing. Concludes nothing: facts go to the doctor.
/// </summary>
public sealed class VmExamination(IHypervisorHost host, EnginePaths paths, TimeProvider clock)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly Probing _probing = new(clock);
    private readonly List<GuestText> _texts = [];

    /// <exception cref="FailureException">Of the host, when it cannot be asked at all. A VM that is gone is a fact.</exception>
    public async Task<Examined> RunAsync(ExamineOrder order, CancellationToken ct)
    {
        _probing.Add("vm.channel", "qga", "policy");
        _probing.Add("job.concurrent", order.Running.ToString(CultureInfo.InvariantCulture), "catalog");
        var domain = await FindAsync(order.Vm, ct);
        if (domain is not null) await DomainAsync(domain, order, ct);
        if (order.Vault is { } vault) await VaultAsync(vault, domain, order, ct);
        return new(domain?.Name ?? order.Vm, domain?.Id, _probing.Facts, _texts);
    }

    private async Task<IDomain?> FindAsync(string vm, CancellationToken ct)
    {
        try
        {
            var domain = await host.FindDomainAsync(vm, ct);
            _probing.Add("domain.exists", "true", "virDomainLookup");
            return domain;
        }
        catch (FailureException e) when (e.Failure.Code == FailureCode.VmNotFound)
        {
            _probing.Add("domain.exists", "false", "virDomainLookup");
            _probing.Add("failure.argument:vm", vm, "request");
            return null;
        }
    }

    private async Task DomainAsync(IDomain domain, ExamineOrder order, CancellationToken ct)
    {
        var power = (await domain.GetStateAsync(ct)).Power;
        var off = power is PowerState.Off or PowerState.Crashed;
        var config = await domain.GetConfigAsync(inactive: off, ct);
        if (off)
        {
            _probing.Add("domain.power", power.ToText(), "virDomainGetState");
            await _probing.RunAsync(new DiskProbe(domain, config, off, clock), Bound, ct);
            return;
        }
        await _probing.RunAsync(new Preflight(domain, config, JobFolder.RootOf(paths), clock), Bound, ct);
        await JobAsync(domain, order, ct);
        await _probing.RunAsync(new CounterProbe(domain, clock), Bound, ct);
        await _probing.RunAsync(new DiskProbe(domain, config, off, clock), Bound, ct);
        if (_probing.Value("guest.fsfreeze") == "frozen")
        {
            // No command but a thaw is allowed then; whether it writes all the same is seen from outside.
            if (double.TryParse(_probing.Value("guest.writes"), CultureInfo.InvariantCulture, out var writes) && writes > 0)
                _probing.Add("guest.writes-while-frozen", "true", "virDomainListGetStats");
            return;
        }
        if (_probing.Value("agent.answers") != "true") return;
        await _probing.RunAsync(new AgentProbe(domain, clock), Bound, ct);
        await _probing.RunAsync("guest", GuestProbe.Bound + Bound, async token => _texts.Add(await new GuestProbe(domain, clock).RunAsync(order.Since, token)), ct);
    }

    /// <summary>Whose the running job is: of a process of ours that lives, of one that died, or somebody else's.</summary>
    private async Task JobAsync(IDomain domain, ExamineOrder order, CancellationToken ct)
    {
        if (_probing.Value("domain.job") is not "backup") return;
        var owner = order.OwnJob ? "own" : "other";
        if (!order.OwnJob && Directory.Exists(paths.Run))
        {
            foreach (var folder in Directory.EnumerateDirectories(paths.Run))
            {
                if (await domain.OwnsBackupAsync(JobFolder.SocketIn(folder), ct)) owner = "stale";
            }
        }
        _probing.Add("domain.job-owner", owner, "virDomainBackupGetXMLDesc");
    }

    private async Task VaultAsync(string path, IDomain? domain, ExamineOrder order, CancellationToken ct)
    {
        var (facts, vault) = await new VaultProbe(path, clock).RunAsync(order.Secret, ct);
        _probing.Facts.AddRange(facts);
        if (vault is null) return;
        await using (vault)
        {
            // Without a word from inside, the newest point tells what was on the disks.
            if (domain is null || _probing.Value("domain.power") != "running" || _texts.Count > 0 || _probing.Value("agent.connected") == "true") return;
            await _probing.RunAsync("point", PointProbe.Bound, async token =>
            {
                if (await new PointProbe(vault, paths, clock).RunAsync(domain.Id, order.Since, _probing, token) is { } text) _texts.Add(text);
            }, ct);
        }
    }
}
