namespace Stillpoint.Doctor;

/// <summary>What the guest is, as far as the facts say: decides which remedies are shown.</summary>
/// <param name="Os">Lower case; null: not known.</param>
/// <param name="Ours">The facts come from a job or a VM of ours rather than from a bundle alone.</param>
public sealed record GuestPlatform(string? Os, bool? StaticAddress, bool Waagent, bool Qga, bool Ours)
{
    private const Applies Distributions = Applies.Debian | Applies.Rhel | Applies.Suse;

    public bool IsWindows => Os == "windows";

    public bool IsDebian => Os is "debian" or "ubuntu";

    public bool IsRhel => Os is "rhel" or "centos" or "fedora" or "rocky" or "almalinux" or "ol";

    public bool IsSuse => Os is "sles" or "suse" or "opensuse";

    private Applies Distribution => IsDebian ? Applies.Debian : IsRhel ? Applies.Rhel : IsSuse ? Applies.Suse : Applies.All;

    /// <summary>The agent's unit on this distribution.</summary>
    public string Service => IsDebian ? "walinuxagent" : "waagent";

    public string Package => IsDebian ? "walinuxagent" : IsRhel ? "WALinuxAgent" : IsSuse ? "python-azure-agent" : "waagent";

    /// <summary>A remedy for another kind of guest is not shown; where the kind is not known, all are.</summary>
    public bool Takes(Remedy remedy)
    {
        var a = remedy.Applies;
        if (Os is not null)
        {
            if (a.HasFlag(Applies.Windows) && !IsWindows) return false;
            if ((a & (Applies.Linux | Applies.SeLinux | Applies.AppArmor | Applies.Chrony | Distributions)) != 0 && IsWindows) return false;
            if ((a & Distributions) != 0 && (a & Distribution) == 0) return false;
        }
        if (a.HasFlag(Applies.Azure) && Ours) return false;
        if (a.HasFlag(Applies.Stillpoint) && !Ours) return false;
        if (a.HasFlag(Applies.StaticIp) && StaticAddress == false) return false;
        if (a.HasFlag(Applies.Waagent) && Qga && !Waagent) return false;
        return !(a.HasFlag(Applies.Qga) && Waagent && !Qga);
    }

    internal static GuestPlatform Of(CaseFile file)
    {
        var os = file.Value(FactNames.GuestOs)?.ToLowerInvariant() ?? GuestSigns.Os(file.Lines) ?? (file.Has(LogKind.Windows) ? "windows" : null);
        bool? isStatic = file.Value("guest.address-mode") switch { "static" => true, "dhcp" => false, _ => null };
        return new(
            os, isStatic, file.Has(LogKind.Agent | LogKind.Extension | LogKind.Shell) || file.Value("vm.channel") == "waagent",
            file.Value("agent.channel") is not null || file.Value("vm.channel") == "qga",
            file.Any("domain.power") || file.Any(FactNames.FailureCode) || file.Any("vm.channel"));
    }
}
