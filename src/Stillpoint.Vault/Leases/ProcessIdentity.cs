using System.Globalization;

namespace Stillpoint.Vault.Leases;

/// <summary>A process, told apart from later ones with the same number.</summary>
/// <param name="StartTicks">Field 22 of /proc/PID/stat: clock ticks since boot.</param>
internal sealed record ProcessIdentity(string Host, Guid BootId, int Pid, ulong StartTicks)
{
    public static ProcessIdentity Current { get; } =
        new(Environment.MachineName, ReadBootId(), Environment.ProcessId, StartTicksOf(Environment.ProcessId) ?? 0);

    /// <summary>
    /// True only where it is certain: same host in the same boot, and the process is not there (any more). Another boot id proves nothing: two hosts may
    /// have one name.
    /// </summary>
    public bool IsCertainlyGone => Host == Current.Host && BootId == Current.BootId && StartTicksOf(Pid) != StartTicks;

    private static ulong? StartTicksOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            // The second field is the program's name in brackets and may hold anything: count from its end.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Guid ReadBootId()
    {
        try
        {
            return Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }
}
