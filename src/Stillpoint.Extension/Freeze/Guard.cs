using System.Diagnostics;
using System.Globalization;

namespace Stillpoint.Extension.Freeze;

/// <summary>The same guard as over qemu-guest-agent (src/guest/guard.sh): a shell that thaws from the limit on, whatever becomes of this process.</summary>
internal sealed class Guard(string token)
{
    /// <summary>It answers at once: longer is a shell that hangs. Nothing is frozen while it is waited for, and a guard that stands thaws by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Script = Read();

    /// <exception cref="WorkException">It does not stand, so there is no freeze.</exception>
    public void Start(TimeSpan limit, IEnumerable<string> mounts)
    {
        var said = Run(["run", token, ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), .. mounts]);
        if (said == "ready") return;
        throw new WorkException(said.StartsWith("busy", StringComparison.Ordinal) ? StatusCode.FreezeFailed : StatusCode.GuardNotPossible, $"guard: {said}");
    }

    /// <returns>clean, fired or unknown; "no answer in 30 s".</returns>
    public string Stop() => Run(["stop", token]);

    private static string Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "stillpoint-guard", .. arguments]) { RedirectStandardOutput = true, WorkingDirectory = "/" };
        using var shell = Process.Start(start)!;
        var said = shell.StandardOutput.ReadToEndAsync();
        if (said.Wait(Patience)) return said.Result.Trim();
        shell.Kill();
        return $"no answer in {Patience.TotalSeconds:0} s";
    }

    private static string Read()
    {
        using var stream = typeof(Guard).Assembly.GetManifestResourceStream("guard.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
