using System.Globalization;
using Stillpoint.TestKit;

namespace Stillpoint.EndToEnd.Tests.Safety;

/// <summary>A program in the guest that writes and syncs both file systems without rest and remembers how long it ever had to wait: what a user's database feels.</summary>
internal sealed class GuestStalls(TestGuest guest)
{
    // Its results are in a tmpfs; it is perl, which every Debian has. What an earlier guard left is older than the program's start.
    private const string Program = """
        use IO::Handle; use Time::HiRes qw(time sleep); my $worst = 0; my $guard = 0;
        while (1) {
            for my $path ("/srv/stall", "/data/stall") {
                my $begun = time; open(my $f, ">", $path) or next; print $f "$begun\n"; $f->flush; $f->sync; close $f;
                my $took = time - $begun; my $fired = -e "/run/stillpoint-guard/fired" && -M _ <= 0 ? 1 : 0;
                next if $took <= $worst && $fired <= $guard;
                $worst = $took if $took > $worst; $guard = 1 if $fired;
                open(my $out, ">", "/run/stall.new"); printf $out "%d %d", $worst * 1000, $guard; close $out; rename "/run/stall.new", "/run/stall";
            }
            sleep 0.05;
        }
        """;

    public async Task StartAsync()
    {
        var text = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Program));
        await guest.RunAsync(
            $"if [ -e /run/stall.pid ]; then kill -9 $(cat /run/stall.pid) 2>/dev/null; fi; rm -f /run/stall; echo {text} | base64 -d > /run/stall.pl; " +
            "setsid perl /run/stall.pl < /dev/null > /dev/null 2>&1 & echo $! > /run/stall.pid; for i in $(seq 200); do [ ! -e /run/stall ] || exit 0; sleep 0.1; done; exit 1");
    }

    /// <summary>Of the time since the start, a wait that is still going on included.</summary>
    public async Task<GuestStall> WorstAsync()
    {
        var words = (await guest.RunAsync("cat /run/stall")).Split(' ');
        return new(TimeSpan.FromMilliseconds(long.Parse(words[0], CultureInfo.InvariantCulture)), words[1].Trim() == "1");
    }
}

/// <param name="GuardThawed">The guard in the guest has thawed something.</param>
internal sealed record GuestStall(TimeSpan Longest, bool GuardThawed)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Longest.TotalSeconds:0.0} s");
}
